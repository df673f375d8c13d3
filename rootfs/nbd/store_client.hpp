#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/image/format.hpp"
#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/patience.hpp"
#include "rootfs/nbd/source_set.hpp"

#include <string>

namespace farboot::rootfs
{

/// What one image's reader asks of a store, counted and measured. Its threads share the connections of one HttpClient.
class StoreClient
{
public:
    StoreClient(HttpClient& client, Counters& counters) : client_(client), counters_(counters) {}

    struct Order {
        std::string path; ///< below the store, "v1/packs/…"
        FileRange range;
        bool bypass_caches = false;
        bool may_be_cut = false; ///< by the file's end
    };
    /// Waits for the whole range. Reasons: HttpClient's.
    [[nodiscard]] Result<std::string> get(const Source& source, const Order& order, const Patience& patience);
    /// Hands pieces over as they come, on the client's thread.
    [[nodiscard]] Result<void> stream(const Source& source, const Order& order, Cause cause,
                                      const HttpClient::Sink& sink, const Patience& patience);

private:
    HttpClient& client_;
    Counters& counters_;
};

} // namespace farboot::rootfs
