# Recomputes every estimate in estimates.csv from studies.csv with metafor and says where the two differ.
#   Rscript check.R        (in this folder; needs the packages metafor and, for binomial models, lme4 and BiasedUrn)
# It leaves with status 1 when an estimate differs by more than the tolerance below.

suppressPackageStartupMessages(library(metafor))

tolerance <- 1e-3   # of the effect on its own scale: the likelihood of a binomial model is flat near its maximum
studies <- read.csv("studies.csv", stringsAsFactors = FALSE)
estimates <- read.csv("estimates.csv", stringsAsFactors = FALSE)
names_of_methods <- c(ee = "EE", dl = "DL", he = "HE", hs = "HS", hsk = "HSk", sj = "SJ", ml = "ML", reml = "REML",
                      eb = "EB", pm = "PM", pmm = "PMM")
models <- c("cm.el" = "CM.EL", "cm.al" = "CM.AL", "um.fs" = "UM.FS", "um.rs" = "UM.RS")

fitted <- function(rows, one) {
  percent <- 100 * one$level
  if (one$measure %in% c("OR", "RR", "RD")) {
    if (one$method == "mh")
      return(rma.mh(ai = ai, bi = bi, ci = ci, di = di, data = rows, measure = one$measure, level = percent,
                    add = c(1/2, 0), to = c("only0", "none"), drop00 = c(FALSE, FALSE)))
    if (one$method == "peto")
      return(rma.peto(ai = ai, bi = bi, ci = ci, di = di, data = rows, level = percent))
    if (one$method %in% names(models))
      return(rma.glmm(ai = ai, bi = bi, ci = ci, di = di, data = rows, measure = "OR", model = models[[one$method]],
                      test = one$test, level = percent))
    return(rma(ai = ai, bi = bi, ci = ci, di = di, data = rows, measure = one$measure, add = 1/2, to = "only0",
               method = names_of_methods[[one$method]], test = one$test, level = percent))
  }
  if (one$measure %in% c("IRLN", "IR", "IRS")) {
    if (one$method == "glmm")
      return(rma.glmm(xi = xi, ti = ti, data = rows, measure = "IRLN", nAGQ = 100, test = one$test, level = percent))
    to <- if (one$measure == "IRS") "none" else "only0"
    return(rma(xi = xi, ti = ti, data = rows, measure = one$measure, add = 1/2, to = to,
               method = names_of_methods[[one$method]], test = one$test, level = percent))
  }
  if (one$method == "glmm")
    # Seven points of quadrature, the default, are too few where studies differ as widely as some here do.
    return(rma.glmm(xi = xi, ni = ni, data = rows, measure = "PLO", nAGQ = 100, test = one$test, level = percent))
  # Arcsines exist for every count: nothing is added.
  to <- if (one$measure %in% c("PAS", "PFT")) "none" else "only0"
  rma(xi = xi, ni = ni, data = rows, measure = one$measure, add = 1/2, to = to,
      method = names_of_methods[[one$method]], test = one$test, level = percent)
}

on_their_scale <- function(value, one, rows) {
  switch(one$measure, PLO = plogis(value), PLN = exp(value), PAS = sin(value)^2, PR = value, OR = exp(value),
         RR = exp(value), RD = value, IRLN = exp(value), IR = pmax(value, 0), IRS = pmax(value, 0)^2,
         PFT = transf.ipft.hm(value, targs = list(ni = rows$ni)))
}

wanted <- estimates[estimates$status == "estimated", ]
different <- 0
unfitted <- 0
for (number in seq_len(nrow(wanted))) {
  one <- wanted[number, ]
  rows <- studies[studies$analysis == one$analysis, ]
  if (one$group != "overall") rows <- rows[rows$subgroup == one$group, ]
  name <- paste(one$analysis, one$group, one$measure, one$method, one$test, sep = " / ")
  fit <- tryCatch(suppressWarnings(fitted(rows, one)), error = function(e) conditionMessage(e))
  if (is.character(fit)) {
    cat(sprintf("%-90s not fitted by metafor: %s\n", name, fit))
    unfitted <- unfitted + 1
    next
  }
  theirs <- on_their_scale(c(fit$beta[1], fit$ci.lb, fit$ci.ub), one, rows)
  ours <- c(one$effect, one$lower, one$upper)
  apart <- max(abs(theirs - ours) / pmax(1, abs(ours)))
  verdict <- if (apart <= tolerance) "agrees" else "DIFFERS"
  if (apart > tolerance) different <- different + 1
  cat(sprintf("%-90s %s  ours %.5f [%.5f, %.5f]  metafor %.5f [%.5f, %.5f]\n", name, verdict,
              ours[1], ours[2], ours[3], theirs[1], theirs[2], theirs[3]))
}
cat(sprintf("%d estimates, %d not fitted by metafor, %d differ by more than %g\n", nrow(wanted), unfitted, different,
            tolerance))
print(sessionInfo()$otherPkgs$metafor$Version)
quit(status = if (different > 0) 1 else 0)
