//! Every report format, on one rich sample.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/report_sample.rs"]
mod sample;

use keyscan::model::Report;
use keyscan::report::{Format, Options, write};
use keyscan::rules::Rules;

fn render(report: &Report, format: Format, options: Options) -> String {
    let mut out = Vec::new();
    write(report, &Rules::builtin(), format, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn look() {
    let mut width = Options { width: Some(80), ..Options::default() };
    println!("{}", render(&sample::report(), Format::Human, width));
    println!("=======================================");
    println!("{}", render(&sample::clean(), Format::Human, width));
    width.verbose = 1;
    println!("=======================================");
    println!("{}", render(&sample::report(), Format::Human, width));
    std::fs::write("/tmp/report-sample.sarif", render(&sample::report(), Format::Sarif, width)).unwrap();
    std::fs::write("/tmp/report-sample.several.sarif", render(&sample::several_roots(), Format::Sarif, width)).unwrap();
    std::fs::write("/tmp/report-sample.clean.sarif", render(&sample::clean(), Format::Sarif, width)).unwrap();
    std::fs::write("/tmp/report-sample.json", render(&sample::report(), Format::Json, width)).unwrap();
    std::fs::write("/tmp/report-sample.jsonl", render(&sample::several_roots(), Format::Jsonl, width)).unwrap();
}
