//! Asking before something is done that cannot be undone.

use std::io::{BufRead, IsTerminal, Write};

use crate::error::{Error, Kind, Result};

/// Asks on a terminal; an error unless the answer is yes. `otherwise` tells how to answer where
/// there is no terminal.
pub(crate) fn confirm(question: &str, otherwise: &str) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(Kind::Usage, "this must be confirmed").hint(otherwise));
    }
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    if line.trim().eq_ignore_ascii_case("y") {
        Ok(())
    } else {
        Err(Error::new(Kind::Refused, "nothing was changed"))
    }
}

/// A fingerprint without what only helps the eye.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
