//! A figure as a reader of the SVG finds it: paths with their corners, texts with their places.

#![allow(dead_code)] // each test file uses its own part

use greenwood::plot::{Anchor, Color, Text};

/// SVG places are rounded to hundredths of a point.
pub const ROUNDING: f64 = 0.011;

pub struct Shape {
    pub class: String,
    pub points: Vec<(f64, f64)>,
    pub filled: bool,
    pub dashed: bool,
}

pub struct Figure {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
    pub texts: Vec<Text>,
}

/// A rectangle: left, top, right, bottom.
pub type Place = (f64, f64, f64, f64);

impl Figure {
    /// Reads an SVG of the crate; anything that it cannot read fails the test.
    pub fn read(svg: &str) -> Self {
        let document = roxmltree::Document::parse(svg).unwrap();
        let root = document.root_element();
        let number = |n: &roxmltree::Node, a: &str| n.attribute(a).unwrap().parse::<f64>().unwrap();
        let view: Vec<f64> =
            root.attribute("viewBox").unwrap().split(' ').map(|v| v.parse().unwrap()).collect();
        let mut figure = Self { width: view[2], height: view[3], shapes: Vec::new(), texts: Vec::new() };
        for node in root.children().filter(roxmltree::Node::is_element) {
            match node.tag_name().name() {
                "path" => figure.shapes.push(Shape {
                    class: node.attribute("class").unwrap().to_string(),
                    points: corners(node.attribute("d").unwrap()),
                    filled: node.attribute("fill") != Some("none"),
                    dashed: node.attribute("stroke-dasharray").is_some(),
                }),
                "text" => figure.texts.push(Text {
                    class: node.attribute("class").unwrap().to_string(),
                    at: (number(&node, "x"), number(&node, "y")),
                    size: number(&node, "font-size"),
                    anchor: match node.attribute("text-anchor") {
                        None => Anchor::Start,
                        Some("middle") => Anchor::Middle,
                        Some("end") => Anchor::End,
                        other => panic!("{other:?}"),
                    },
                    bold: node.attribute("font-weight").is_some(),
                    upwards: node.attribute("transform").is_some(),
                    color: Color(0, 0, 0),
                    content: node.text().unwrap_or_default().to_string(),
                }),
                "title" | "desc" | "rect" => {}
                other => panic!("an element <{other}>"),
            }
        }
        figure
    }

    pub fn shapes(&self, class: &str) -> Vec<&Shape> {
        self.shapes.iter().filter(|s| s.class == class).collect()
    }

    pub fn texts(&self, class: &str) -> Vec<&Text> {
        self.texts.iter().filter(|t| t.class == class).collect()
    }

    /// The panel: left, top, right and bottom of the axes.
    pub fn panel(&self) -> Place {
        let axis = self.shapes("axis").into_iter().find(|s| s.points.len() == 3).unwrap();
        (axis.points[0].0, axis.points[0].1, axis.points[2].0, axis.points[2].1)
    }

    /// From a time to its place, by the axis's own ticks.
    pub fn time(&self) -> impl Fn(f64) -> f64 {
        ruler(self.texts("time tick").iter().map(|t| (value(t), t.at.0)).collect())
    }

    /// From a value to its place; labels stand a third of their size below their tick.
    pub fn value(&self) -> impl Fn(f64) -> f64 {
        ruler(self.texts("value tick").iter().map(|t| (value(t), t.at.1 - 0.35 * t.size)).collect())
    }
}

fn value(tick: &Text) -> f64 {
    tick.content.replace('\u{2212}', "-").parse().unwrap()
}

fn ruler(ticks: Vec<(f64, f64)>) -> impl Fn(f64) -> f64 {
    let ((a, from), (b, to)) = (ticks[0], ticks[ticks.len() - 1]);
    move |v| from + (v - a) / (b - a) * (to - from)
}

/// The corners of a path of `M`, `L`, `h`, `v` and `Z`.
fn corners(data: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut rest = data;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_alphabetic()).map_or(rest.len(), |i| i + 1);
        let numbers: Vec<f64> = rest[1..end].split_whitespace().map(|n| n.parse().unwrap()).collect();
        let last = points.last().copied().unwrap_or_default();
        match (command, numbers.as_slice()) {
            ('M' | 'L', &[x, y]) => points.push((x, y)),
            ('h', &[right]) => points.push((last.0 + right, last.1)),
            ('v', &[down]) => points.push((last.0, last.1 + down)),
            ('Z', &[]) => {}
            other => panic!("{other:?} in a path"),
        }
        rest = &rest[end..];
    }
    points
}

/// Do two rectangles share an area of more than a rounding?
pub fn overlap(a: Place, b: Place) -> bool {
    a.0.max(b.0) + ROUNDING < a.2.min(b.2) && a.1.max(b.1) + ROUNDING < a.3.min(b.3)
}

/// Does a line pass through a rectangle, or an area cover a part of it?
pub fn touches(shape: &Shape, place: Place) -> bool {
    let crosses = |a: (f64, f64), b: (f64, f64)| {
        // Steps run along the axes: their own rectangle is the line.
        overlap(
            (
                a.0.min(b.0) - ROUNDING,
                a.1.min(b.1) - ROUNDING,
                a.0.max(b.0) + ROUNDING,
                a.1.max(b.1) + ROUNDING,
            ),
            place,
        )
    };
    let edges = shape.points.windows(2).map(|w| (w[0], w[1]));
    if edges.clone().any(|(a, b)| crosses(a, b)) {
        return true;
    }
    if !shape.filled {
        return false;
    }
    // A rectangle that no edge crosses lies inside or outside with its middle.
    let (x, y) = (f64::midpoint(place.0, place.2), f64::midpoint(place.1, place.3));
    let closing = (shape.points[shape.points.len() - 1], shape.points[0]);
    let mut inside = false;
    for (a, b) in edges.chain([closing]) {
        if (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) {
            inside = !inside;
        }
    }
    inside
}
