# R 4.2.2, survival 3.5-3: writes survreg.json, twenty models that the other files do not hold. Run in tests/data.
suppressMessages(library(survival))
control <- survreg.control(rel.tolerance = 1e-13, maxiter = 200)
number <- function(x) ifelse(is.finite(x), formatC(x, digits = 17, format = "g", width = 1), '"NA"')
vector <- function(x) paste0("[", paste(number(unname(x)), collapse = ", "), "]")
matrix <- function(x) paste0("[", paste(apply(x, 1, vector), collapse = ", "), "]")
names_of <- function(x) paste0("[", paste0('"', x, '"', collapse = ", "), "]")

one <- function(name, data, time, event, value, covariates, dist, strata = NULL, weights = NULL, cluster = NULL,
                offset = NULL, times = NULL, fixed = NULL) {
  d <- read.csv(paste0(data, ".csv"))
  names(d) <- gsub("_", ".", names(d)); dot <- function(x) gsub("_", ".", x)
  d <- d[complete.cases(d[dot(c(time, event, covariates, strata, weights, cluster, offset))]), ]
  terms <- c(dot(covariates), if (!is.null(strata)) sprintf("strata(%s)", dot(strata)),
             if (!is.null(offset)) sprintf("offset(%s * %s)", dot(offset), times))
  if (length(terms) == 0) terms <- "1"
  f <- as.formula(sprintf("Surv(%s, %s == %s) ~ %s", dot(time), dot(event), value, paste(terms, collapse = " + ")))
  call <- list(f, data = d, dist = dist, control = control)
  if (!is.null(weights)) call$weights <- d[[dot(weights)]]
  if (!is.null(cluster)) { call$cluster <- d[[dot(cluster)]]; call$robust <- TRUE }
  if (!is.null(fixed)) call$scale <- fixed
  fit <- do.call(survreg, call)
  inputs <- c(sprintf('"time": "%s", "event": "%s", "event_values": [%s], "dist": "%s"', time, event, value, dist),
    sprintf('"covariates": [%s]', paste(sprintf('{"column": "%s"}', covariates), collapse = ", ")),
    if (!is.null(strata)) sprintf('"scale_strata": %s', names_of(strata)),
    if (!is.null(weights)) sprintf('"weights": "%s"', weights),
    if (!is.null(cluster)) sprintf('"cluster": "%s", "robust": true', cluster),
    if (!is.null(offset)) sprintf('"offset": {"column": "%s", "times": %s}', offset, times),
    if (!is.null(fixed)) sprintf('"scale_fixed": %s', fixed))
  output <- c(sprintf('"coef": %s, "scale": %s, "loglik": [%s], "vcov": %s', vector(fit$coefficients), vector(fit$scale),
      number(fit$loglik[2]), matrix(fit$var)),
    if (!is.null(cluster)) sprintf('"naive_vcov": %s', matrix(fit$naive.var)))
  sprintf('{"name": "%s", "kind": "survreg", "r_call": "survreg(%s, %s, dist = \\"%s\\")", "data": "%s", "inputs": {%s}, "output": {%s}}',
    name, gsub('"', "'", paste(deparse(f, 500), collapse = "")), data, dist, data, paste(inputs, collapse = ", "), paste(output, collapse = ", "))
}
cases <- c(
  one("kidney_cluster_id_loglogistic", "kidney", "time", "status", 1, c("age", "sex"), "loglogistic", cluster = "id"),
  one("kidney_cluster_id_exponential", "kidney", "time", "status", 1, c("age", "sex"), "exponential", cluster = "id"),
  one("kidney_cluster_id_gaussian", "kidney", "time", "status", 1, "sex", "gaussian", cluster = "id"),
  one("kidney_strata_sex_loglogistic", "kidney", "time", "status", 1, "age", "loglogistic", strata = "sex"),
  one("kidney_strata_sex_cluster_weibull", "kidney", "time", "status", 1, "age", "weibull", strata = "sex", cluster = "id"),
  one("kidney_weights_frail_weibull", "kidney", "time", "status", 1, "sex", "weibull", weights = "frail"),
  one("kidney_offset_lognormal", "kidney", "time", "status", 1, "sex", "lognormal", offset = "age", times = 0.02),
  one("kidney_fixed_lognormal", "kidney", "time", "status", 1, c("age", "sex"), "lognormal", fixed = 1.5),
  one("kidney_fixed_loglogistic", "kidney", "time", "status", 1, "sex", "loglogistic", fixed = 0.8),
  one("kidney_extreme", "kidney", "time", "status", 1, c("age", "sex"), "extreme"),
  one("veteran_rayleigh", "veteran", "time", "status", 1, c("karno", "age", "diagtime"), "rayleigh"),
  one("veteran_strata_trt_weibull", "veteran", "time", "status", 1, c("karno", "trt"), "weibull", strata = "trt"),
  one("veteran_strata_trt_logistic", "veteran", "time", "status", 1, "karno", "logistic", strata = "trt"),
  one("veteran_strata_offset_lognormal", "veteran", "time", "status", 1, "age", "lognormal", strata = "trt", offset = "karno", times = 0.04),
  one("veteran_weights_diagtime_loglogistic", "veteran", "time", "status", 1, c("karno", "trt"), "loglogistic", weights = "diagtime"),
  one("veteran_fixed_gaussian", "veteran", "time", "status", 1, "karno", "gaussian", fixed = 150),
  one("lung_strata_weights_lognormal", "lung", "time", "status", 2, "age", "lognormal", strata = "sex", weights = "w"),
  one("lung_cluster_age_weibull", "lung", "time", "status", 2, "sex", "weibull", cluster = "age"),
  one("lung_cluster_age_logistic", "lung", "time", "status", 2, "sex", "logistic", cluster = "age"),
  one("aml_fixed_weibull", "aml", "time", "status", 1, character(0), "weibull", fixed = 0.9)
)
cat("[\n", paste(cases, collapse = ",\n"), "\n]\n", sep = "", file = "survreg.json")
