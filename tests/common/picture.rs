//! What a figure is made of, as data: its paths and texts by class, and the corners of a path.

#![allow(dead_code)] // each test file uses its own part

use greenwood::plot::{Item, Path, Picture, Segment, Text};

/// The paths of the classes that are asked for.
pub fn paths_of<'a>(picture: &'a Picture, of: impl Fn(&str) -> bool) -> Vec<&'a Path> {
    let of = |item: &'a Item| match item {
        Item::Path(path) if of(&path.class) => Some(path),
        _ => None,
    };
    picture.items.iter().filter_map(of).collect()
}

pub fn paths<'a>(picture: &'a Picture, class: &str) -> Vec<&'a Path> {
    paths_of(picture, |c| c == class)
}

pub fn all_texts(picture: &Picture) -> Vec<&Text> {
    fn text(item: &Item) -> Option<&Text> {
        match item {
            Item::Text(text) => Some(text),
            Item::Path(_) => None,
        }
    }
    picture.items.iter().filter_map(text).collect()
}

pub fn texts<'a>(picture: &'a Picture, class: &str) -> Vec<&'a Text> {
    all_texts(picture).into_iter().filter(|t| t.class == class).collect()
}

pub fn points(path: &Path) -> Vec<(f64, f64)> {
    let point = |s: &Segment| match *s {
        Segment::Move(x, y) | Segment::Line(x, y) => Some((x, y)),
        Segment::Close => None,
    };
    path.segments.iter().filter_map(point).collect()
}
