//! Programs with a mistake in them, from a seed.

/// SplitMix64: one number decides everything.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// Truncates a program, or deletes, duplicates, swaps or replaces one to three of its tokens.
pub fn mutate(source: &str, random: &mut Random) -> String {
    let mut tokens = rough_tokens(source);
    if tokens.is_empty() {
        return String::new();
    }
    for _ in 0..=random.below(3) {
        let len = tokens.len();
        if len < 2 {
            break;
        }
        let (a, b) = (random.below(len), random.below(len));
        match random.below(6) {
            0 => tokens.truncate(a + 1),
            1 => drop(tokens.remove(a)),
            2 => tokens.insert(a, tokens[b]),
            3 => tokens.swap(a, b),
            4 => tokens[a] = tokens[b],
            _ => drop(tokens.drain(a..(a + 1 + random.below(6)).min(len))),
        }
    }
    let mut text = tokens.concat();
    if random.below(10) == 0 {
        let at = random.below(text.len() + 1);
        let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(at);
    }
    text
}

/// Words, strings, runs of white space and single other characters: close enough to tokens to break a program in
/// interesting places.
fn rough_tokens(source: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let len = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if first.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |at| at + 2)
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(len);
        tokens.push(token);
        rest = tail;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rough_tokens_lose_nothing() {
        let source = "@f (s: str) -> str = s + \"a b\" // ü\n'";
        assert_eq!(rough_tokens(source).concat(), source);
    }

    #[test]
    fn a_seed_gives_one_mutation() {
        let source = "@f (a: int) -> int = a + 1\n";
        let once = |seed| mutate(source, &mut Random(seed));
        assert_eq!(once(7), once(7));
        assert!((0..20).any(|seed| once(seed) != once(seed + 1)));
    }
}
