//! The map of the house and the commands of the README name what is there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// What stands between single backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_folder_of_the_map_is_there() {
    let design = read("DESIGN.md");
    let table = design.lines().skip_while(|line| !line.starts_with("| folder |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let mut found = 0;
    for row in rows {
        let cell = row.split('|').nth(1).unwrap();
        // `survival/log_rank`, `permutation`: the later ones stand in the folder of the first.
        let mut wing = PathBuf::new();
        for (i, name) in quoted(cell).enumerate() {
            let path = if i == 0 || name.contains('/') { PathBuf::from(name) } else { wing.join(name) };
            let at =
                if name.starts_with("src") { root().join(&path) } else { root().join("src").join(&path) };
            let alone = root().join("src").join(name);
            assert!(at.exists() || alone.exists() || at.with_extension("rs").exists(), "{name} of: {row}");
            if i == 0 {
                wing = path.parent().map(Path::to_path_buf).unwrap_or_default();
            }
            found += 1;
        }
    }
    assert!(found > 25, "{found}");
}

#[test]
fn every_file_that_the_map_names_is_there() {
    let design = read("DESIGN.md");
    for name in
        quoted(&design).filter(|n| n.contains('/') && Path::new(n).extension().is_some_and(|e| e == "rs"))
    {
        let places = ["", "src", "src/survival", "src/trial"].map(|wing| root().join(wing).join(name));
        assert!(places.iter().any(|p| p.exists()), "{name}");
    }
}

#[test]
fn every_command_of_the_readme_names_an_example_and_features_that_exist() {
    let manifest = read("Cargo.toml");
    // The published package is without the engines.
    let engine = fs::read_to_string(root().join("engines/datafusion/README.md")).unwrap_or_default();
    for text in [read("README.md"), engine] {
        for line in text.lines().filter(|line| line.trim_start().starts_with("cargo ")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let after =
                |flag: &str| words.iter().position(|w| *w == flag).and_then(|i| words.get(i + 1)).copied();
            let package = if after("-p").is_some() { "engines/datafusion" } else { "" };
            if let Some(example) = after("--example") {
                let place = root().join(package).join("examples").join(example);
                assert!(place.exists() || place.with_extension("rs").exists(), "{line}");
            }
            for feature in after("--features").unwrap_or_default().split(',').filter(|f| !f.is_empty()) {
                assert!(manifest.contains(&format!("\n{feature} = [")), "{line}");
            }
        }
    }
}

/// `mod.rs` tells the story of its room and what stands at its door; an algorithm has a file of its own.
#[test]
fn a_mod_rs_holds_no_code() {
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("mod.rs") {
                let text = fs::read_to_string(&path).unwrap();
                for word in ["fn ", "struct ", "enum ", "impl ", "const ", "trait "] {
                    let code = text.lines().find(|l| {
                        let l = l.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
                        l.starts_with(word)
                    });
                    assert_eq!(code, None, "{}", path.display());
                }
            }
        }
    }
}

/// A file beside a `main.rs` that does not name it would be passed over in silence.
#[test]
fn every_file_of_tests_is_a_part_of_its_executable() {
    for folder in fs::read_dir(root().join("tests")).unwrap() {
        let folder = folder.unwrap().path();
        let Ok(main) = fs::read_to_string(folder.join("main.rs")) else { continue };
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let module = name.strip_suffix(".rs").filter(|module| *module != "main");
            let listed =
                module.is_none_or(|module| main.lines().any(|line| line == format!("mod {module};")));
            assert!(listed, "{name} in {}", folder.display());
        }
    }
}
