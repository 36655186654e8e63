//! The assets are embedded: a new bundle means a new build.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=templates");
}
