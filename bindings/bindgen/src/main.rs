//! The binding generator at exactly the version of the scaffolding.

fn main() {
    uniffi::uniffi_bindgen_main();
}
