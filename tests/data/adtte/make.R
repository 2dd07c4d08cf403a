# Makes trial.csv: an invented trial of 80 patients with overall survival, progression-free survival and duration of
# response as an ADTTE data set. Days are counted with the first (ADT - STARTDT + 1), in days. R 4.2.2, seed 20210211.
set.seed(20210211)
n <- 80
start <- as.Date("2016-01-04") + sort(sample(0:700, n))
cutoff <- as.Date("2019-06-30")
arm <- rep(c("New treatment", "Control"), length.out = n)[sample(n)]
site <- sample(c("Europe", "Asia"), n, TRUE)
stage <- sample(c("II", "III"), n, TRUE)
stage_v <- ifelse(runif(n) < 0.05, ifelse(stage == "II", "III", "II"), stage)
hazard <- ifelse(arm == "Control", 1, 0.65) * ifelse(stage_v == "III", 1.5, 0.9) / 420
progression <- ceiling(rexp(n, hazard))
death <- progression + ceiling(rexp(n, 1 / 300))
death[progression %% 7 == 0] <- progression[progression %% 7 == 0]   # died without progression
response <- ifelse(runif(n) < ifelse(arm == "Control", 0.3, 0.5), sample(30:120, n, TRUE), NA)
lost <- ifelse(runif(n) < 0.12, ceiling(rexp(n, 1 / 500)), Inf)
end <- pmin(as.numeric(cutoff - start) + 1, lost)
row <- function(i, cd, param, from, days, cnsr, desc, cens = "") data.frame(
  STUDYID = "GW-001", USUBJID = sprintf("GW-001-%03d", i), SITEID = site[i], PARAMCD = cd, PARAM = param,
  TRTP = arm[i], STARTDT = format(from), ADT = format(from + days - 1), AVAL = days, AVALU = "DAYS", CNSR = cnsr,
  EVNTDESC = desc, CNSDTDSC = cens, STRAT1D = "stage", STRAT1R = stage[i], STRAT1V = stage_v[i])
why <- function(i) if (is.finite(lost[i]) && lost[i] <= end[i]) list(2, "lost to follow-up", "last contact") else
  list(1, "end of study", "data cutoff")
rows <- list()
for (i in 1:n) {
  w <- why(i)
  os <- "Overall Survival (days)"; pfs <- "Progression-Free Survival (days)"; dor <- "Duration of Response (days)"
  rows[[length(rows) + 1]] <- if (death[i] <= end[i]) row(i, "OS", os, start[i], death[i], 0, "Death") else
    row(i, "OS", os, start[i], end[i], w[[1]], w[[2]], w[[3]])
  first <- min(progression[i], death[i])
  rows[[length(rows) + 1]] <- if (first <= end[i])
    row(i, "PFS", pfs, start[i], first, 0, ifelse(progression[i] < death[i], "Progression", "Death")) else
    row(i, "PFS", pfs, start[i], end[i], w[[1]], w[[2]], w[[3]])
  if (!is.na(response[i]) && response[i] < min(first, end[i])) {
    from <- start[i] + response[i] - 1
    rows[[length(rows) + 1]] <- if (first <= end[i])
      row(i, "DOR", dor, from, first - response[i] + 1, 0, ifelse(progression[i] < death[i], "Progression", "Death")) else
      row(i, "DOR", dor, from, end[i] - response[i] + 1, w[[1]], w[[2]], w[[3]])
  }
}
d <- do.call(rbind, rows)
# Awkward, by hand: an event on day 1, a new therapy that censors, text that must be escaped.
k <- which(d$USUBJID == "GW-001-001")
d[k[1:2], c("ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC")] <- list(d$STARTDT[k[1]], 1, 0, "Death", "")
d <- d[!(d$USUBJID == "GW-001-001" & d$PARAMCD == "DOR"), ]
k <- which(d$PARAMCD == "PFS" & d$CNSR > 0)[1]
d[k, c("CNSR", "EVNTDESC", "CNSDTDSC")] <- list(3, "New therapy, \"off label\"", "last assessment before it")
write.csv(d, "trial.csv", row.names = FALSE, na = "")
