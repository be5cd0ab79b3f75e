//! Matching brackets of a stream of tokens.

use crate::lex::begins_function;
use crate::{Token, TokenKind};

/// No partner.
pub(super) const NONE: u32 = u32::MAX;
/// Of a `<`: it does not open type arguments.
pub(super) const NOT_ANGLE: u32 = u32::MAX - 1;

/// The bracket that closes what `kind` opens.
pub(super) const fn closer(kind: TokenKind) -> Option<TokenKind> {
    match kind {
        TokenKind::LParen => Some(TokenKind::RParen),
        TokenKind::LBracket => Some(TokenKind::RBracket),
        TokenKind::LBrace => Some(TokenKind::RBrace),
        _ => None,
    }
}

/// For each token the number of its partner, counted from the start of the file (`first` is the number of
/// `tokens[0]`). A closing bracket without an opening one of its kind has no partner; one that closes an outer bracket
/// leaves the inner ones without partner, and so does a line that begins with a function, which only braces can hold.
pub(super) fn match_brackets(
    text: &str,
    tokens: &[Token],
    first: usize,
    mates: &mut Vec<u32>,
    open: &mut Vec<u32>,
) {
    use TokenKind::{At, LBrace, LBracket, LParen, RBrace, RBracket, RParen};
    mates.clear();
    mates.resize(tokens.len(), NONE);
    open.clear();
    // How many of each kind are open: a closing bracket without partner must not cost a search.
    let mut counts = [0_usize; 3];
    for (number, token) in tokens.iter().enumerate() {
        match token.kind {
            LParen | LBracket | LBrace => {
                counts[slot(token.kind)] += 1;
                open.push(number as u32);
            }
            RParen | RBracket | RBrace => {
                let own = slot(token.kind);
                if counts[own] == 0 {
                    continue;
                }
                while let Some(start) = open.pop() {
                    let kind = slot(tokens[start as usize].kind);
                    counts[kind] -= 1;
                    if kind == own {
                        mates[start as usize] = (first + number) as u32;
                        mates[number] = first as u32 + start;
                        break;
                    }
                }
            }
            At if token.first_on_line && begins_function(text, tokens, number) => {
                while let Some(start) = open.pop_if(|start| tokens[*start as usize].kind != LBrace) {
                    counts[slot(tokens[start as usize].kind)] -= 1;
                }
            }
            _ => {}
        }
    }
}

fn slot(kind: TokenKind) -> usize {
    match kind {
        TokenKind::LParen | TokenKind::RParen => 0,
        TokenKind::LBracket | TokenKind::RBracket => 1,
        _ => 2,
    }
}
