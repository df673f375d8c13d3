-- Asks for one path again and again; prints what came of it.
done = function(summary, latency, _)
    local errors = summary.errors
    io.write(string.format("requests %d seconds %.3f errors %d p99_ms %.3f\n", summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99) / 1000))
end
