//! The right to run a child process: one that every process has, and those of GNU make's jobserver, if there is one.

#![expect(unsafe_code, reason = "the jobserver's file descriptors are known by number only")]

use jobserver::{Acquired, Client};

/// Hands out tokens.
pub struct Tokens {
    /// None without a jobserver: then there is no limit here.
    client: Option<Client>,
    /// Whether the token that make gave us by starting us is out.
    is_own_out: bool,
}

/// The right to run a child process.
pub enum Token {
    /// No jobserver asks for one.
    Unlimited,
    /// The one that we have anyway.
    Own,
    /// One of make's, given back when dropped.
    Shared { _acquired: Acquired },
}

impl Tokens {
    /// Those of the jobserver that `MAKEFLAGS` names, if it is to be used.
    pub fn new(uses_jobserver: bool) -> Self {
        let is_named = std::env::var_os("MAKEFLAGS").is_some_and(|flags| !flags.is_empty());
        // SAFETY: make opened the descriptors before we were started, and `from_env_ext` checks that they are pipes; a
        // program that closed them and opened pipes of its own under their numbers would be wrong about `MAKEFLAGS`.
        let client =
            (uses_jobserver && is_named).then(|| unsafe { Client::from_env_ext(true) }.client.ok()).flatten();
        Tokens { client, is_own_out: false }
    }

    /// A token, if there is one now.
    pub fn take(&mut self) -> Option<Token> {
        let Some(client) = &self.client else { return Some(Token::Unlimited) };
        if !self.is_own_out {
            self.is_own_out = true;
            return Some(Token::Own);
        }
        // A jobserver that cannot be asked without waiting leaves us our own token.
        let acquired = client.try_acquire().ok().flatten()?;
        Some(Token::Shared { _acquired: acquired })
    }

    /// Gives a token back.
    pub fn give(&mut self, token: Token) {
        if matches!(token, Token::Own) {
            self.is_own_out = false;
        }
    }
}
