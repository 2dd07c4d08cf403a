//! The map of the house and the commands of the README name what is there.

use std::collections::{BTreeMap, BTreeSet};
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

/// The sources of the library and the program.
fn sources() -> Vec<(PathBuf, String)> {
    sources_below("src")
}

/// The sources in a folder: where each stands below it, and its text.
fn sources_below(folder: &str) -> Vec<(PathBuf, String)> {
    let top = root().join(folder);
    let (mut folders, mut sources) = (vec![top.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                sources.push((path.strip_prefix(&top).unwrap().to_path_buf(), text));
            }
        }
    }
    sources
}

/// Files that are longer than others may be. The length of a function, its nesting and its arguments are asked for by
/// clippy in the roots of the library and the program.
const LONG: [&str; 2] =
    ["survival/regression/cox/partial_likelihood.rs", "survival/regression/fine_gray/scan.rs"];

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 400 || LONG.iter().any(|l| path == Path::new(l)), "{}: {lines}", path.display());
    }
    for root in ["lib.rs", "bin/greenwood/main.rs"] {
        let asked = "#![warn(clippy::excessive_nesting, clippy::too_many_arguments, clippy::too_many_lines)]";
        assert!(read(&format!("src/{root}")).lines().any(|line| line == asked), "{root}");
    }
}

/// The first word after each `crate::`, or after `crate::survival::` where that is the wing, outside of comments.
fn rooms_named<'a>(text: &'a str, wing: &str) -> impl Iterator<Item = &'a str> {
    let prefix = if wing.is_empty() { "crate::".to_string() } else { format!("crate::{wing}::") };
    let lines = text.lines().scan(false, |of_docs, line| {
        let passed = std::mem::replace(of_docs, line.trim() == "#[cfg(doc)]");
        Some(if passed || line.trim_start().starts_with("//") { "" } else { line })
    });
    lines.flat_map(move |line| line.split(&prefix).skip(1).collect::<Vec<_>>()).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// The floors of the house, from the ground up.
const FLOORS: [&str; 8] = ["numeric", "print", "error", "survival", "proportion", "trial", "plot", "columns"];

#[test]
fn no_room_looks_up() {
    let sources = sources();
    for wing in ["", "survival", "trial"] {
        let mut looks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (path, text) in &sources {
            let Ok(below) = path.strip_prefix(wing) else { continue };
            let room = below.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
            if !["lib", "mod", "bin", "docs"].contains(&room) {
                let named = rooms_named(text, wing).filter(|other| *other != room).map(String::from);
                looks.entry(room.into()).or_default().extend(named);
            }
        }
        assert!(looks.len() > 7, "{wing}: {looks:?}");
        for (i, floor) in FLOORS.iter().enumerate().filter(|_| wing.is_empty()) {
            let above = looks[*floor].iter().find(|other| FLOORS[i + 1..].contains(&other.as_str()));
            assert_eq!(above, None, "{floor} looks up");
        }
        // A room that looks at none of those that are left stands below them; those that look at each other stay.
        while let Some(lowest) =
            looks.iter().find(|(_, at)| at.iter().all(|r| !looks.contains_key(r))).map(|(r, _)| r.clone())
        {
            looks.remove(&lowest);
        }
        assert!(looks.is_empty(), "rooms of {wing:?} that look at each other: {looks:?}");
    }
}

/// A machine may be busy: what would take for ever is seen without a clock.
#[test]
fn no_test_asserts_how_long_something_took() {
    for (path, text) in sources_below("tests") {
        for (number, line) in text.lines().enumerate() {
            let timed = line.contains("assert") && line.contains(".elapsed");
            assert!(!timed || path.ends_with("house.rs"), "{}:{}", path.display(), number + 1);
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

/// Enums whose cases divide a whole, so that a `match` without `_` is a proof: sides and signs, what a subject's life or a
/// question can be, the states and events of the ready-made questions, and the marks of which a picture consists.
const CLOSED: [&str; 39] = [
    "Alternative",
    "Anchor",
    "Arm",
    "Ascertainment",
    "BinaryRole",
    "BinaryStatus",
    "Censoring",
    "Characteristic",
    "Closed",
    "Course",
    "DataCell",
    "Decision",
    "Direction",
    "Event",
    "Exit",
    "Graft",
    "GraftEvent",
    "Item",
    "Kind",
    "Leukaemia",
    "LeukaemiaEvent",
    "NeededInterval",
    "NeededValue",
    "Origin",
    "Outcome",
    "Role",
    "Scale",
    "Segment",
    "Standard",
    "Strategy",
    "Stratification",
    "TimeUnit",
    "Transfusion",
    "TransfusionEvent",
    "Treatment",
    "TreatmentEvent",
    "Verdict",
    "Weights",
    "Zone",
];

/// Structs with public fields that are written out where they are used: input, numbers wrapped for print, limits, styles and
/// the marks of a picture. A field more would break every place that writes one.
const WRITTEN_OUT: [&str; 20] = [
    "Color",
    "ConfidenceInterval",
    "CurveReading",
    "DataCutoff",
    "Jet",
    "MaxComboProcedure",
    "MilestoneProcedure",
    "Number",
    "PValue",
    "Palette",
    "Path",
    "PermutedBlocks",
    "Picture",
    "RestrictedMeanProcedure",
    "Stroke",
    "Style",
    "Summary",
    "Text",
    "WeightedProcedure",
    "Window",
];

/// What holds the data of a caller by reference, or is a namespace, is not copied.
const NOT_CLONE: [&str; 5] =
    ["CauseSpecificRisk", "FittedCompetingRisks", "FittedData", "FittedHistories", "ReadyMade"];

/// A public type: its name, its attributes, what stands in its braces, and the file.
struct Item {
    name: String,
    attributes: String,
    body: String,
    file: String,
    path: PathBuf,
}

impl Item {
    fn has(&self, word: &str) -> bool {
        self.attributes.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
    }

    /// Derived, or written out in the same file.
    fn implements(&self, name: &str) -> bool {
        let (ways, word) =
            ([format!("{name} for {} ", self.name), format!("{name} for {}<", self.name)], name);
        self.has(word.rsplit("::").next().unwrap()) || ways.iter().any(|way| self.file.contains(way))
    }

    fn at(&self) -> String {
        format!("{} in {}", self.name, self.path.display())
    }
}

/// All public types of a kind (`struct`, `enum`) in the library.
fn items(kind: &str) -> Vec<Item> {
    let (start, mut items) = (format!("pub {kind} "), Vec::new());
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("bin") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let file = fs::read_to_string(&path).unwrap();
                let lines: Vec<&str> = file.lines().collect();
                for (i, line) in lines.iter().enumerate() {
                    let Some(rest) = line.strip_prefix(&start) else { continue };
                    let above = lines[..i].iter().rev().take_while(|l| !l.trim().is_empty() && **l != "}");
                    let attributes: Vec<&str> = above.copied().filter(|l| !l.starts_with("//")).collect();
                    let within = lines[i..].iter().skip(1).take_while(|l| line.ends_with('{') && **l != "}");
                    let body: Vec<&str> = std::iter::once(&rest).chain(within).copied().collect();
                    let name = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                    let (attributes, body) = (attributes.join("\n"), body.join("\n"));
                    items.push(Item { name, attributes, body, file: file.clone(), path: path.clone() });
                }
            }
        }
    }
    items
}

/// DESIGN.md, "Conventions": which enums may grow, and what each can do.
#[test]
fn every_public_enum_follows_the_rule() {
    let enums = items("enum");
    let mut closed = 0;
    for item in &enums {
        let (listed, at) = (CLOSED.contains(&item.name.as_str()), item.at());
        assert!(item.has("non_exhaustive") != listed, "{at}: may it grow, or do its cases divide a whole?");
        assert!(item.has("Clone") && item.has("Debug"), "{at}: Clone and Debug");
        // Errors hold files' errors, and a question that is a function cannot be written down.
        if !item.name.ends_with("Error") && item.name != "Origin" {
            assert!(item.has("serde") && item.has("PartialEq"), "{at}: PartialEq and serde");
            assert!(item.has("Hash") == item.has("Eq"), "{at}: Eq and Hash go together");
        }
        closed += usize::from(listed);
    }
    // `Direction` is two enums. A name that is listed and gone is taken off the list.
    assert!(enums.len() > 120 && closed == CLOSED.len() + 1, "{}, {closed}", enums.len());
}

/// DESIGN.md, "Conventions": fields that can be read may be joined by others, and what each struct can do.
#[test]
fn every_public_struct_follows_the_rule() {
    let structs = items("struct");
    let (mut written_out, mut not_clone) = (0, 0);
    for item in &structs {
        let at = item.at();
        let fields = item.body.lines().any(|l| l.starts_with("    pub ") && l.contains(':'));
        let public = fields || item.body.lines().next().is_some_and(|l| l.contains("(pub "));
        let listed = WRITTEN_OUT.contains(&item.name.as_str());
        assert!(item.has("non_exhaustive") == (public && !listed), "{at}: is it read, or written out?");
        assert!(item.implements("fmt::Debug"), "{at}: Debug");
        let lent = NOT_CLONE.contains(&item.name.as_str());
        assert!(item.has("Clone") != lent, "{at}: Clone");
        assert!(item.has("Hash") == item.has("Eq"), "{at}: Eq and Hash go together");
        // What can be written down and read back is compared.
        assert!(!item.has("serde") || item.implements("PartialEq"), "{at}: PartialEq");
        (written_out, not_clone) = (written_out + usize::from(listed), not_clone + usize::from(lent));
    }
    // A name that is listed and gone is taken off the list.
    assert_eq!((written_out, not_clone), (WRITTEN_OUT.len(), NOT_CLONE.len()));
    assert!(structs.len() > 350, "{}", structs.len());
}
