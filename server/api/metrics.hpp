#pragma once

#include "server/http/observer.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <map>
#include <string>

namespace farboot::server::api
{

/// What this process has done since its start, as Prometheus reads it. May be used by all threads.
class Metrics final : public http::Observer
{
public:
    Metrics();

    void finished(const http::Finished& request) override;
    void connected() override { connections_.Increment(); }
    void disconnected() override { connections_.Decrement(); }
    void refused_connection() override { refused_connections_.Increment(); }

    /// What others know, at the time when it is asked for.
    struct Now {
        std::int64_t revision = 0;
        std::map<std::string, std::int64_t> pcs; ///< by state; all PCs, so that it is the same at each server
        std::uint64_t reads = 0;                 ///< of the database
        double read_seconds = 0;                 ///< that its threads have worked for these
        std::uint64_t writes = 0;
        double write_seconds = 0;
        std::uint64_t store_bytes = 0; ///< of the store's file system
        std::uint64_t store_free_bytes = 0;
    };
    /// In the text format 0.0.4.
    [[nodiscard]] std::string text(const Now& now);

private:
    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& seconds_;
    prometheus::Family<prometheus::Counter>& errors_;
    prometheus::Counter& sent_;
    prometheus::Counter& store_sent_;
    prometheus::Gauge& connections_;
    prometheus::Counter& refused_connections_;
};

} // namespace farboot::server::api
