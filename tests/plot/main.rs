//! Figures.

#[path = "../common/figure.rs"]
mod figure;
#[path = "../common/picture.rs"]
mod picture;
#[path = "../common/random.rs"]
mod random;

mod plot;
mod plot_boundaries;
mod plot_data;
mod plot_diagrams;
mod plot_incidences;
mod plot_kinds;
mod plot_legend;
mod plot_places;
mod plot_print;
