#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/image/format.hpp"
#include "rootfs/nbd/access_tokens.hpp"
#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/patience.hpp"
#include "rootfs/nbd/source_set.hpp"

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Of an image that is not for everybody: for whom, and where its tokens come from.
struct Access {
    std::string audience; ///< empty: for everybody
    AccessTokens* tokens = nullptr;
};

/// What it speaks. A transfer by HTTP/1.1 that is given up ends with its connection, and all that is on its way there.
enum class Protocol {
    offered, ///< HTTP/2 where the source has it
    http1,
};

/// What one image's reader asks of a store, counted and measured. Its threads share the connections of one HttpClient.
class StoreClient
{
public:
    StoreClient(HttpClient& client, Counters& counters, Access access = {}, Protocol protocol = Protocol::offered)
        : client_(client), counters_(counters), access_(std::move(access)), protocol_(protocol)
    {
    }

    /// What a connection that was idle brings in its first round trip: ten segments, besides headers.
    static constexpr std::uint64_t first_flight = 13'500;
    /// Equal parts of so many bytes that each come in one round trip, or, if those were too many, `most` larger ones.
    [[nodiscard]] static std::vector<std::uint64_t> parts_of(std::uint64_t bytes, std::uint64_t most);

    struct Order {
        std::string path; ///< below the store, "v1/packs/…"
        FileRange range;
        bool bypass_caches = false;
        bool may_be_cut = false; ///< by the file's end
        /// Parts of the range, to be asked for at the same time (HttpClient::stream_in_parts()); empty: it is one.
        std::vector<std::uint64_t> parts{};
        /// See HttpRequest.
        std::function<void(const Arrivals&)> arrivals{};
    };
    /// These files are likely to be asked for: what opens them, if they are not for everybody, is asked for together.
    void expect(const Source& source, const std::vector<std::string>& paths);
    /// Not for everybody.
    [[nodiscard]] bool is_restricted() const { return !access_.audience.empty(); }
    /// Requests over its connections that have not ended, those of other images too.
    [[nodiscard]] std::size_t busy() const { return client_.transfers(); }
    /// So many connections to a source are likely to be wanted soon; each asks for so many bytes of the file, and what
    /// it has brought, it brings besides in the next round trip. Does nothing for a restricted image.
    void open_connections(const Source& source, const std::string& path, std::size_t count, std::uint64_t bytes = 1);
    /// Waits for the whole range. Reasons: HttpClient's.
    [[nodiscard]] Result<std::string> get(const Source& source, const Order& order, const Patience& patience);
    /// Hands pieces over as they come, on the client's thread.
    [[nodiscard]] Result<void> stream(const Source& source, const Order& order, Cause cause,
                                      const HttpClient::Sink& sink, const Patience& patience);

private:
    [[nodiscard]] HttpRequest request_for(const Source& source, const Order& order) const;
    [[nodiscard]] Result<HttpResponse> ask(const Source& source, const Order& order, const HttpClient::Sink& sink,
                                           const Patience& patience);
    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, const Order& order,
                                            const HttpClient::Sink& sink, const Patience& patience);

    HttpClient& client_;
    Counters& counters_;
    Access access_;
    Protocol protocol_;
};

} // namespace farboot::rootfs
