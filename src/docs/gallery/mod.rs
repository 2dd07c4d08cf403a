//! Every kind of figure, with the code that made it (feature `plot`).
//!
//! Each example runs with the tests, and the picture under it is the one that it draws, byte for byte. `figure` is a
//! [`Picture`](crate::plot::Picture): `figure.save("figure.svg")?` (or `.png`, `.pdf`) writes it. Sizes, colours and dashes are those of
//! [`Style::journal`](crate::plot::Style::journal); every option of a figure stands at its type in [`plot`](crate::plot).
//!
//! To draw the pictures again: `GREENWOOD_GALLERY=1 cargo test --doc --features plot gallery`.
//!
//! | page | figures |
//! |---|---|
//! | [`curves`] | Kaplan-Meier curves; As KMunicate recommends; Cumulative hazards; The hazard itself; Are hazards proportional?; Cumulative incidence; State occupation; The states and the moves |
//! | [`models`] | Predicted by a Cox model; A parametric model over the data; An effect in every subgroup; Does a coefficient change with time?; Are predicted risks true?; Does a marker tell who has the event?; How far are predicted risks from what happened? |
//! | [`trials`] | Two arms of a trial; The difference of two curves; The flow of a trial's subjects; What happened to each subject; When may a trial stop?; The numbers of a figure |

pub mod curves;
pub mod models;
pub mod trials;
