#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    nixgen_fuzz::any_template(data);
});
