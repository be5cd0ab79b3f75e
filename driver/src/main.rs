//! The program `sigilc`.
fn main() {}
