//! Arrow arrays in and tidy tables out.

mod columns;
mod columns_out;
mod columns_plans;
mod columns_results;
