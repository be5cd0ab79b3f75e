//! From byte offsets to lines and columns.

/// Where the lines of a text begin.
#[derive(Debug)]
pub(super) struct LineTable(Vec<u32>);

impl LineTable {
    pub(super) fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
        LineTable(std::iter::once(0).chain(ends).collect())
    }

    /// 1-based line and column; columns count code points.
    pub(super) fn position(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.0.partition_point(|&start| start <= offset).max(1);
        let start = self.0[line - 1] as usize;
        let before = text.as_bytes().get(start..offset as usize).unwrap_or(&[]);
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        (line as u32, column as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::LineTable;

    #[test]
    fn columns_count_code_points() {
        let text = "a\nλx = y\n";
        let lines = LineTable::new(text);
        assert_eq!(lines.position(text, 0), (1, 1));
        assert_eq!(lines.position(text, 2), (2, 1));
        assert_eq!(lines.position(text, 4), (2, 2));
        assert_eq!(lines.position(text, 10), (3, 1));
    }
}
