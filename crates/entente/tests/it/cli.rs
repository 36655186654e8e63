//! What the commands print and how they exit: the sessions in tests/cli.

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cli/*.md");
}
