# R 4.2.2, survival 3.5-3: the default ties of coxph, which are Efron's as long as `ties` is not named.
suppressMessages(library(survival))
ctl <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 100)
colon_ms <- colon <- read.csv("tests/data/colon_ms.csv"); rotterdam_ms <- rott <- read.csv("tests/data/rotterdam_ms.csv"); heart_ms <- heart <- read.csv("tests/data/heart_ms.csv")
num <- function(x) { y <- formatC(x, digits = 17, format = "g", width = 1); y[is.na(x)] <- "null"; y }
vec <- function(x) paste0("[", paste(num(x), collapse = ", "), "]")
mat <- function(m) paste0("[", paste(apply(m, 1, vec), collapse = ", "), "]")
str_ <- function(x) paste0("[", paste0('"', x, '"', collapse = ", "), "]")
out <- character()
add <- function(name, data, terms, fit, newdata = NULL, times = NULL, p0 = c(1, 0, 0), weights = NULL, cluster = NULL, z = NULL, inputs = '"start": "tstart", "time": "tstop", "event": "to", "event_values": [1, 2, 3], "id": "id", "istate": "from"', d = get(data), trans = ill) {
  pr <- ""
  if (!is.null(newdata)) {
    rows <- sapply(stacked(d, trans, z, newdata, times, w = if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]), mat)
    nd <- paste(sapply(names(newdata), function(n) paste0('"', n, '": ', vec(newdata[[n]]))), collapse = ", ")
    pr <- paste0(', "predict": {"newdata": {', nd, '}, "p0": ', vec(p0), ', "times": ', vec(times), ', "pstate": [', paste(rows, collapse = ", "), ']}')
  }
  call <- gsub('"', "'", paste(trimws(deparse(fit$call)), collapse = " "))
  out <<- c(out, paste0('{"name": "', name, '", "kind": "coxph_multistate", "r_call": "', call, '", "package": "survival 3.5-3", "data": "', data,
    '", "inputs": {', inputs, ', "terms": ', str_(terms),
    if (!is.null(weights)) paste0(', "weights": "', weights, '"'), if (!is.null(cluster)) paste0(', "cluster": "', cluster, '"'), ', "ties": "efron"}, "output": {"coef": ', vec(coef(fit)), ', "vcov": ', mat(vcov(fit)), ', "naive_vcov": ', mat(fit$naive.var),
    ', "loglik_null": ', num(fit$loglik[1]), ', "loglik": ', num(fit$loglik[2]), ', "method": "', fit$method, '"', pr, '}}'))
}
# survfit of coxph(list(…)) divides by a sum of denominators that is not Efron's (8.9999 where two of eight leave at once and it
# should be 2/0.3129): its hazards are smaller than Breslow's. So: one ordinary coxph of the stacked rows, stratified by
# transition, survfit of that for each stratum, and the product of the matrix exponentials.
expm <- function(A) { n <- max(0, ceiling(log2(max(abs(A)) + 1e-300)) + 8); A <- A / 2^n; B <- diag(nrow(A)); T <- B; for (k in 1:12) { T <- T %*% A / k; B <- B + T }; for (i in seq_len(n)) B <- B %*% B; B }
# z(trans, row): the row of the Cox model; trans a matrix of from, to
stacked <- function(d, trans, z, newdata, times, K = 3, p0 = c(1, 0, 0), w = rep(1, nrow(d))) {
  long <- do.call(rbind, lapply(seq_len(nrow(trans)), function(t) { i <- which(d$from == trans[t, 1]); data.frame(a = d$tstart[i], b = d$tstop[i], e = d$to[i] == trans[t, 2], trans = t, w = w[i], Z = I(z(t, d[i, , drop = FALSE]))) }))
  long$Z <- matrix(as.numeric(long$Z), nrow(long))
  fit <- coxph(Surv(a, b, e) ~ Z + strata(trans), long, weights = w, robust = FALSE, control = ctl)
  lapply(seq_len(nrow(newdata)), function(r) {
    H <- lapply(seq_len(nrow(trans)), function(t) { nd <- data.frame(trans = t); nd$Z <- matrix(as.numeric(z(t, newdata[r, , drop = FALSE])), 1); s <- survfit(fit, newdata = nd); list(time = s$time, haz = diff(c(0, s$cumhaz))) })
    all <- sort(unique(unlist(lapply(H, `[[`, "time")))); p <- matrix(p0, 1); out <- list()
    for (u in all[all <= max(times)]) { A <- matrix(0, K, K); for (t in seq_along(H)) { i <- match(u, H[[t]]$time); if (!is.na(i)) A[trans[t, 1], trans[t, 2]] <- H[[t]]$haz[i] }; diag(A) <- -rowSums(A); p <- p %*% expm(A); for (k in which(times >= u)) out[[k]] <- p }
    do.call(rbind, out)
  })
}
ill <- rbind(c(1, 2), c(1, 3), c(2, 3))
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 ~ age + node4, 1:3 + 2:3 ~ age + sex), data = colon, id = id, istate = from, control = ctl)
add("efron_colon", "colon_ms", c("1:2 ~ age + node4", "1:3 + 2:3 ~ age + sex"), f, data.frame(age = c(50, 70), node4 = 0:1, sex = 0:1), c(500, 1000, 2000), z = function(t, d) { m <- matrix(0, nrow(d), 6); if (t == 1) m[, 1:2] <- cbind(d$age, d$node4) else m[, 2 * t - 1 + 0:1] <- cbind(d$age, d$sex); m })
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 ~ nodes + hormon + grade, 1:3 ~ age, 2:3 ~ nodes + age), data = rott, id = id, istate = from, control = ctl)
add("efron_rotterdam", "rotterdam_ms", c("1:2 ~ nodes + hormon + grade", "1:3 ~ age", "2:3 ~ nodes + age"), f, data.frame(age = c(50, 70), nodes = c(0, 6), hormon = 0:1, grade = 2:3), c(1000, 2500, 5000), z = function(t, d) { m <- matrix(0, nrow(d), 6); if (t == 1) m[, 1:3] <- cbind(d$nodes, d$hormon, d$grade) else if (t == 2) m[, 4] <- d$age else m[, 5:6] <- cbind(d$nodes, d$age); m })
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 + 2:3 ~ nodes / common, 1:3 ~ age), data = rott, id = id, istate = from, control = ctl)
add("efron_rotterdam_common", "rotterdam_ms", c("1:2 + 2:3 ~ nodes / common", "1:3 ~ age"), f, data.frame(age = c(50, 70), nodes = c(0, 6)), c(1000, 2500, 5000), z = function(t, d) { m <- matrix(0, nrow(d), 2); if (t == 2) m[, 2] <- d$age else m[, 1] <- d$nodes; m })
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:3 + 2:3 ~ age / common + shared, 1:2 ~ nodes), data = rott, id = id, istate = from, control = ctl)
add("efron_rotterdam_shared", "rotterdam_ms", c("1:3 + 2:3 ~ age / common + shared", "1:2 ~ nodes"), f)
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 ~ age, 1:3 + 2:3 ~ age + surgery / common), data = heart, id = id, istate = from, control = ctl)
add("efron_heart", "heart_ms", c("1:2 ~ age", "1:3 + 2:3 ~ age + surgery / common"), f, data.frame(age = c(-10, 5), surgery = 0:1), c(30, 100, 400), z = function(t, d) { m <- matrix(0, nrow(d), 3); if (t == 1) m[, 1] <- d$age else m[, 2:3] <- cbind(d$age, d$surgery); m })
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 ~ age, 1:3 + 2:3 ~ age / common), data = colon, weights = extent, id = id, istate = from, control = ctl)
add("efron_colon_weights", "colon_ms", c("1:2 ~ age", "1:3 + 2:3 ~ age / common"), f, data.frame(age = c(50, 70)), c(500, 1000, 2000), weights = "extent", z = function(t, d) { m <- matrix(0, nrow(d), 2); if (t == 1) m[, 1] <- d$age else m[, 2] <- d$age; m })
f <- coxph(list(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, 1:2 ~ node4, 1:3 + 2:3 ~ node4 / common), data = colon, cluster = age, id = id, istate = from, control = ctl)
add("efron_colon_cluster", "colon_ms", c("1:2 ~ node4", "1:3 + 2:3 ~ node4 / common"), f, cluster = "age")
mg <- read.csv("tests/data/mgus2_ms.csv"); mg <- mg[order(mg$id, mg$tstop), ]
f <- coxph(list(Surv(tstart, tstop, factor(event, 0:2, c("censor", "pcm", "death"))) ~ age + sex, 1:3 + 2:3 ~ age + sex / common), data = mg, id = id, control = ctl)
mg$from <- ifelse(duplicated(mg$id), 2, 1); mg$to <- ifelse(mg$event > 0, mg$event + 1, 0)
add("efron_mgus2", "mgus2_ms", c("all: age + sex", "1:3 + 2:3 ~ age + sex / common"), f, data.frame(age = c(60, 80), sex = 1:2), c(60, 120, 240), z = function(t, d) { m <- matrix(0, nrow(d), 4); m[, if (t == 1) 1:2 else 3:4] <- cbind(d$age, d$sex); m }, inputs = '"start": "tstart", "time": "tstop", "event": "event", "event_values": [1, 2], "id": "id"', d = mg)
pbc <- read.csv("tests/data/pbc.csv"); pbc <- pbc[!is.na(pbc$trt), ]
f <- coxph(Surv(time, factor(status, 0:2)) ~ age + edema + trt, data = pbc, id = id, control = ctl)
pbc$from <- 1; pbc$tstart <- 0; pbc$tstop <- pbc$time; pbc$to <- ifelse(pbc$status > 0, pbc$status + 1, 0)
add("efron_pbc", "pbc", "all: age + edema + trt", f, data.frame(age = c(50, 65), edema = c(0, 0.5), trt = 1:2), c(500, 1000, 2000), z = function(t, d) { m <- matrix(0, nrow(d), 6); m[, 3 * t - 2:0] <- cbind(d$age, d$edema, d$trt); m }, inputs = '"time": "time", "event": "status", "event_values": [1, 2], "id": "id", "complete_cases": ["trt"]', d = pbc, trans = ill[1:2, ])
cat("[\n", paste(out, collapse = ",\n"), "\n]\n", sep = "", file = "tests/data/multistate_cox.json")
