//! A sum of many logarithms.

/// `Σ c ln S0`: logarithms of products, since a logarithm costs as much as ten multiplications.
#[derive(Clone, Copy)]
pub(in crate::survival::regression) struct LogSum {
    pub(super) sum: f64,
    pub(super) product: f64,
}

impl LogSum {
    pub const ZERO: Self = Self { sum: 0.0, product: 1.0 };

    pub fn value(self) -> f64 {
        self.sum + self.product.ln()
    }

    #[inline]
    pub fn add(&mut self, weight: f64, value: f64) {
        if weight == 1.0 {
            self.product *= value;
            if !(1e-150..1e150).contains(&self.product) {
                self.sum += self.product.ln();
                self.product = 1.0;
            }
        } else {
            self.sum += weight * value.ln();
        }
    }

    /// A factor that may be as small as 1e-230.
    #[inline]
    pub fn multiply(&mut self, factor: f64) {
        let product = self.product * factor;
        if (1e-150..1e150).contains(&product) {
            self.product = product;
        } else {
            self.sum += self.product.ln() + factor.ln();
            self.product = 1.0;
        }
    }
}
