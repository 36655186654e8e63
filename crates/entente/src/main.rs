//! The `entente` program. Everything is in the library beside it.

fn main() -> std::process::ExitCode {
    entente::run()
}
