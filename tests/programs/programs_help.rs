//! The help of the installed program: every subcommand ends with an example, and the example runs.

use std::path::Path;
use std::process::{Command, Output};

/// Called where the files of the examples are.
fn in_data(arguments: &[String]) -> Output {
    let program = env!("CARGO_BIN_EXE_greenwood");
    Command::new(program).args(arguments).current_dir("tests/data").output().unwrap()
}

fn help(of: &[&str]) -> String {
    let arguments: Vec<String> = of.iter().chain(&["--help"]).map(ToString::to_string).collect();
    String::from_utf8(in_data(&arguments).stdout).unwrap()
}

/// The names under `Commands:`.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToString::to_string).collect()
}

/// The words of a line as a shell reads them: what stands in double quotes is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The lines from `Example:` or `Examples:` on.
fn examples(help: &str) -> Vec<Vec<String>> {
    let from = help.lines().skip_while(|line| !line.starts_with("Example"));
    let lines = from.map(|line| line.trim_start_matches("Examples:").trim_start_matches("Example:"));
    lines.map(words).filter(|words| !words.is_empty()).collect()
}

#[test]
fn the_example_of_every_subcommand_runs() {
    let mut calls = Vec::new();
    for name in commands(&help(&[])) {
        let own = help(&[&name]);
        let below: Vec<Vec<Vec<String>>> =
            commands(&own).iter().map(|sub| examples(&help(&[&name, sub]))).collect();
        let found = if below.is_empty() { vec![examples(&own)] } else { below };
        assert!(found.iter().all(|lines| !lines.is_empty()), "{name}: no example in its help");
        calls.extend(found.into_iter().flatten());
    }
    assert!(calls.len() >= 26, "{calls:?}");
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("help-example.svg").display().to_string();
    for mut call in calls {
        for word in call.iter_mut().filter(|word| *word == "curve.svg") {
            word.clone_from(&written);
        }
        let output = in_data(&call);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "greenwood {}: {error}", call.join(" "));
    }
}
