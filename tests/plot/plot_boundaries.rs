//! The figure of group-sequential bounds: its points are the bounds, looks are where the information says.

use greenwood::plot::{Item, Path, Picture, Segment};
use greenwood::trial::design::{BoundaryType, Futility, GroupSequential, Spending};

type Answer = Result<(), greenwood::Error>;

fn places(picture: &Picture, class: &str) -> Vec<Vec<(f64, f64)>> {
    let of = |path: &Path| {
        let place = |s: &Segment| match *s {
            Segment::Move(x, y) | Segment::Line(x, y) => Some((x, y)),
            Segment::Close => None,
        };
        path.segments.iter().filter_map(place).collect()
    };
    let found = picture.items.iter().filter_map(|item| match item {
        Item::Path(path) if path.class == class => Some(of(path)),
        _ => None,
    });
    found.collect()
}

/// Where the axis has 0 and one unit: the line at zero and two ticks.
fn ruler(picture: &Picture) -> impl Fn(f64) -> f64 {
    let tick = |content: &str| {
        picture.items.iter().find_map(|item| match item {
            Item::Text(text) if text.class == "y tick" && text.content == content => Some(text.at.1),
            _ => None,
        })
    };
    let zero = places(picture, "zero")[0][0].1;
    let unit = tick("2").unwrap() - tick("0").unwrap();
    move |z| zero + z * unit / 2.0
}

#[test]
fn points_are_the_bounds() -> Answer {
    let bounds = GroupSequential::at(&[0.3, 0.65, 1.0])
        .futility(Futility::Spending(Spending::Pocock))
        .harm(Spending::OBrienFleming, 0.025)
        .fit()?;
    let picture = bounds.figure().observed(&[0.8, 1.9]).build()?;
    let at = ruler(&picture);
    let efficacy = &places(&picture, "bound Efficacy")[0];
    assert_eq!(efficacy.len(), 3);
    for (place, z) in efficacy.iter().zip(bounds.z()) {
        assert!((place.1 - at(*z)).abs() < 1e-6);
    }
    // Looks at 30 % and 65 %: their distances are those of the information.
    let share = (efficacy[1].0 - efficacy[0].0) / (efficacy[2].0 - efficacy[0].0);
    assert!((share - 0.5).abs() < 1e-9, "{share}");
    let futility = &places(&picture, "bound Futility")[0];
    assert_eq!(futility.len(), 2);
    assert!((futility[1].1 - at(bounds.futility_z()[1])).abs() < 1e-6);
    assert_eq!(places(&picture, "bound Harm")[0].len(), 3);
    assert_eq!(places(&picture, "observed look").len(), 2);
    assert!((places(&picture, "observed")[0][1].1 - at(1.9)).abs() < 1e-6);
    assert!(picture.description.contains("Efficacy: ") && picture.description.contains("at 65%"));
    Ok(())
}

#[test]
fn two_sides_and_looks_that_cannot_stop() -> Answer {
    let two = GroupSequential::looks(3).sides(2).alpha(0.05).boundary(BoundaryType::Pocock).fit()?;
    let picture = two.figure().title("Pocock").build()?;
    assert_eq!(places(&picture, "bound Efficacy, other side").len(), 1);
    let last = GroupSequential::looks(3).boundary(BoundaryType::LastLookOnly).fit()?;
    let picture = last.figure().build()?;
    assert_eq!(places(&picture, "bound Efficacy")[0].len(), 1);
    assert!(
        last.figure().observed(&[1.0; 4]).build().unwrap_err().to_string().contains("no more statistics")
    );
    assert!(last.figure().observed(&[f64::NAN]).build().is_err());
    Ok(())
}
