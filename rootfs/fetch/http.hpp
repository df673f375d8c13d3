#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

/// HTTPS with libcurl: one thread runs all transfers over kept-alive connections.
namespace farboot::rootfs
{

/// Whom to believe on the other side.
struct TlsTrust {
    std::string ca_file;     ///< PEM; empty: the system's authorities
    bool check_dates = true; ///< false only for the first statement, while the clock is unknown
};

/// What the kernel says of how a connection's packets came.
struct Arrivals {
    std::uint32_t out_of_order = 0;         ///< while an earlier one was missing; before Linux 5.4 always 0
    std::chrono::microseconds round_trip{}; ///< the least
};

struct HttpRequest {
    std::string method = "GET";
    std::string url; ///< https:// (or http:// for a trusted LAN)
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// First byte and length of a range; the answer must be 206 with exactly this range, or the request fails.
    std::optional<std::pair<std::uint64_t, std::uint64_t>> range;
    bool range_may_be_cut = false; ///< by the file's end: a shorter answer from the first byte on is good too
    /// The answer's body may be no longer, a range's neither: the transfer ends as soon as it is.
    std::uint64_t max_body = 1 << 20;
    std::chrono::milliseconds connect_timeout{10'000};
    /// Gives up when fewer than `least_bytes` have come in so long.
    std::chrono::milliseconds stall_timeout{20'000};
    std::uint64_t least_bytes = 1; ///< of head and body
    /// By HTTP/1.1: giving it up ends its connection, and what is on its way there. Otherwise where the server offers
    /// HTTP/2, that leaves the connection to others, unless it has been silent for a second.
    bool own_connection = false;
    /// Sends "Cache-Control: no-cache": a copy in a cache on the way was found wrong.
    bool bypass_caches = false;
    /// A file that is sent instead of `body`, in pieces; empty: none. It must not change meanwhile.
    std::string body_file{};
    /// First byte and length of the part of it that is sent; nothing: all.
    std::optional<std::pair<std::uint64_t, std::uint64_t>> body_range{};
    /// One more header of the answer that is wanted, in `kept_header`; empty: none.
    std::string keep_header{};
    /// Is told of them before each piece of a stream and, while none comes, every 10 ms: what is lost shows so before
    /// anything can be read. On the client's thread, where it must not block or throw. May be empty.
    std::function<void(const Arrivals&)> arrivals{};
};

struct HttpResponse {
    long status = 0;
    std::string etag;
    std::string content_type;
    std::string body;
    std::string kept_header{};             ///< its value; empty if it was not there
    std::optional<std::uint64_t> length{}; ///< Content-Length: of a HEAD, how long the body of a GET would be
    std::string protocol{};                ///< HTTP/1.1, HTTP/2
};

/// How a client's thread waits for bytes.
enum class Hurry {
    each_byte, ///< takes what comes as it comes
    bulk, ///< lets some milliseconds' worth gather: waking for each packet costs more than all else that is done with
          ///< it
};

/// Reasons of failures: unreachable (no connection, name, route), tls (the other side could not prove who it is),
/// stalled, too-long, truncated, range-ignored, cancelled, and for fetch_ok() and stream(): http-<status>. Rarer ones:
/// bad-request (a URL, header or range that cannot be asked for,
/// a body's file that cannot be read), redirect-refused (to another scheme, or more than
/// three), bad-answer (not HTTP). GET and HEAD follow redirects within their scheme. URLs are shown without their
/// query.
class HttpClient
{
public:
    using Done = std::function<void(Result<HttpResponse>)>;
    /// Called with pieces of a body as they come; false ends the transfer as cancelled.
    using Sink = std::function<bool(Bytes)>;

    /// At most `max_transfers` run at a time, the others wait in order; by HTTP/2 `max_of_connection` share a
    /// connection. Starts a thread: make it after a fork.
    explicit HttpClient(TlsTrust trust, std::size_t max_transfers = 8, Hurry hurry = Hurry::each_byte,
                        std::size_t max_of_connection = 100);
    ~HttpClient(); ///< ends running transfers; their Done is called with "cancelled". Not from a Done or Sink.
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Starts a transfer; `done` runs on the client's thread, once, and must not block or throw. It may start another.
    void start(HttpRequest request, Done done, const std::stop_token& stop = {});
    /// Waits for the answer, whatever its status. Never call this or the next two from a Done or Sink.
    [[nodiscard]] Result<HttpResponse> fetch(HttpRequest request, const std::stop_token& stop = {});
    /// The same, but any status besides 2xx is an error (http-404 …) that repeats the server's sentence.
    [[nodiscard]] Result<HttpResponse> fetch_ok(HttpRequest request, const std::stop_token& stop = {});
    /// Streams the body into `sink` on the client's thread, where it must not block or throw; the response's body stays
    /// empty. max_body counts. Any status besides 2xx is an error, whose body `sink` does not see.
    [[nodiscard]] Result<HttpResponse> stream(HttpRequest request, Sink sink, const std::stop_token& stop = {});
    /// The same of a range in parts of these lengths, whose sum is the range's, each asked for by a transfer of its own
    /// at the same time. A connection that is new or was idle brings some 14 KB in its first round trip, and doubles
    /// that in each one that follows: several bring more, sooner. The first failure ends all.
    [[nodiscard]] Result<HttpResponse> stream_in_parts(const HttpRequest& request,
                                                       const std::vector<std::uint64_t>& lengths, Sink sink,
                                                       const std::stop_token& stop = {});

    /// Opens so many connections to where `request` leads, by asking for it so often; what comes of it shows when they
    /// are wanted. Does not wait.
    void open_connections(const HttpRequest& request, std::size_t count);

    /// That run or wait for their turn.
    [[nodiscard]] std::size_t transfers() const;
    /// Bytes of bodies received since the start.
    [[nodiscard]] std::uint64_t bytes_received() const;
    /// Bytes of bodies sent since the start, those of failed transfers too.
    [[nodiscard]] std::uint64_t bytes_sent() const;

private:
    struct Loop;
    std::unique_ptr<Loop> loop_;
};

} // namespace farboot::rootfs
