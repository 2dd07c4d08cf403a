//! Survival analysis in SQL.
