# R 4.2.2, survival 3.5-3. The average hazard ratio three ways, written from the papers.
suppressMessages(library(survival)); library(jsonlite)
options(digits=16)
wcox <- function(d, kind, tau=Inf, w=NULL, cl=NULL, strat=NULL) {
  # d: entry,time,event,x ; rows expanded at the event times, weights n S(t-)^k/n(t) per stratum
  n <- nrow(d); if (is.null(w)) w <- rep(1,n); st <- if (is.null(strat)) rep(1,n) else strat
  rows <- list()
  for (s in unique(st)) {
    k <- which(st==s); e <- d[k,]; ww <- w[k]
    ts <- sort(unique(e$time[e$event==1 & e$time<=tau])); S <- 1
    for (t in ts) { r <- e$entry < t & e$time >= t
      Y <- sum(ww[r]); D <- sum(ww[e$time==t & e$event==1])
      wt <- (if (kind=="AHR") S^2 else S)*sum(ww)/Y
      rows[[length(rows)+1]] <- data.frame(id=k[r], start=t-1e-7, stop=t, ev=as.integer(e$time[r]==t & e$event[r]==1), x=e$x[r], wt=wt*ww[r], s=paste(s,t))
      S <- S*(1-D/Y) } }
  z <- do.call(rbind, rows); z$cl <- if (is.null(cl)) z$id else cl[z$id]
  f <- coxph(Surv(stop,ev) ~ x + strata(s), data=transform(z, stop=1), weights=wt, cluster=cl, ties="breslow", control=coxph.control(eps=1e-14, iter.max=50, toler.chol=1e-14))
  c(coef=unname(coef(f)), se=sqrt(f$var[1,1]))
}
curves <- function(d, tau=Inf, w=NULL, a=1) {
  if (is.null(w)) w <- rep(1,nrow(d))
  val <- function(w) {
    ts <- sort(unique(d$time[d$event==1 & d$time<=tau])); S <- c(1,1); th <- c(0,0)
    for (t in ts) { h <- c(0,0); Y <- c(0,0)
      for (g in 0:1) { r <- d$x==g & d$entry<t & d$time>=t; Y[g+1] <- sum(w[r]); D <- sum(w[d$x==g & d$time==t & d$event==1]); if (D>0) h[g+1] <- D/Y[g+1] }
      if (all(Y>0)) th <- th + (S[1]*S[2])^a*h
      S <- S*(1-h) }
    log(th[2]/th[1]) }
  v <- val(w); h <- 1e-4
  u <- sapply(seq_along(w), function(i) { e <- w*0; e[i] <- h; (8*(val(w+e)-val(w-e)) - (val(w+2*e)-val(w-2*e)))/(12*h) })
  list(v=v, u=u)
}
fmt <- function(x) format(x, digits=15)
g <- read.csv("stablein.csv"); g <- data.frame(entry=0,time=g$time,event=g$status,x=g$radiation)
cat("gastric AHR", fmt(wcox(g,"AHR")), "ARE", fmt(wcox(g,"ARE")), "tau400", fmt(wcox(g,"AHR",400)), "\n")
k <- curves(g); cat("gastric curves", fmt(c(k$v, sqrt(sum(k$u^2)))), "\n")
k <- curves(g,400); cat("gastric curves 400", fmt(c(k$v, sqrt(sum(k$u^2)))), "\n")
k <- curves(g,Inf,NULL,.5); cat("gastric curves a=.5", fmt(c(k$v, sqrt(sum(k$u^2)))), "\n")
v <- veteran; v <- data.frame(entry=0,time=v$time,event=v$status,x=as.integer(v$trt==2), s=as.integer(factor(v$celltype)))
cat("veteran AHR", fmt(wcox(v,"AHR")), "ARE", fmt(wcox(v,"ARE")), "strata", fmt(wcox(v,"AHR",strat=v$s)), "\n")
w <- (seq_len(nrow(v))*7)%%5+1
cat("veteran sampling weights", fmt(wcox(v,"AHR",w=w)), "clusters", fmt(wcox(v,"AHR",cl=(seq_len(nrow(v))-1)%%20)), "\n")
en <- ifelse(v$time>10, pmin(v$time/3, (seq_len(nrow(v))*3)%%9), 0); v2 <- v; v2$entry <- en
cat("veteran entry", fmt(wcox(v2,"AHR")), "\n")
k <- curves(v); cat("veteran curves", fmt(c(k$v, sqrt(sum(k$u^2)))), "\n")
k <- curves(v2); cat("veteran curves entry", fmt(c(k$v, sqrt(sum(k$u^2)))), "\n")
k <- curves(v,w=w); cat("veteran curves weights sampling", fmt(c(k$v, sqrt(sum((w*k$u)^2)))), "replication", fmt(sqrt(sum(w*k$u^2))), "\n")
cat("veteran curves clusters", fmt(sqrt(sum(tapply(curves(v)$u,(seq_len(nrow(v))-1)%%20,sum)^2))),"\n")
