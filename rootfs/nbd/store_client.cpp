#include "rootfs/nbd/store_client.hpp"

#include "rootfs/image/locator.hpp"
#include "rootfs/nbd/progress.hpp"

#include <algorithm>
#include <chrono>

namespace farboot::rootfs
{

namespace
{

/// When the bytes of one answer came. Used by one thread at a time.
class Stopwatch
{
public:
    using Clock = std::chrono::steady_clock;

    void note(std::size_t bytes)
    {
        last_ = Clock::now();
        if (first_bytes_ == 0) {
            first_ = last_;
            first_bytes_ = bytes;
        }
        bytes_ += bytes;
    }
    /// What comes in parts comes in no time, by one connection it would take some round trips.
    void tell(SourceMeter& meter, bool in_parts) const
    {
        if (first_bytes_ == 0)
            return;
        meter.note_latency(first_ - begun_);
        if (bytes_ > first_bytes_)
            meter.note_rate(bytes_ - first_bytes_, in_parts ? last_ - begun_ : last_ - first_);
    }

private:
    Clock::time_point begun_ = Clock::now();
    Clock::time_point first_;
    Clock::time_point last_;
    std::uint64_t first_bytes_ = 0;
    std::uint64_t bytes_ = 0;
};

bool in_parts(const StoreClient::Order& order, const Patience& patience)
{
    return !order.parts.empty() && !patience.probes;
}

} // namespace

std::vector<std::uint64_t> StoreClient::parts_of(std::uint64_t bytes, std::uint64_t most)
{
    const auto count = std::clamp<std::uint64_t>((bytes + first_flight - 1) / first_flight, 1, most);
    std::vector<std::uint64_t> parts(count, bytes / count);
    parts.back() += bytes % count;
    return parts;
}

HttpRequest StoreClient::request_for(const Source& source, const Order& order) const
{
    HttpRequest request;
    request.url = source.url + "/" + (is_restricted() ? restricted_path(access_.audience) + "/" : "") + order.path;
    request.range = {order.range.offset, order.range.length};
    request.range_may_be_cut = order.may_be_cut;
    request.max_body = order.range.length;
    request.bypass_caches = order.bypass_caches;
    request.arrivals = order.arrivals;
    // Shorter than usual: whoever waits has other sources to ask, and comes back to this one.
    request.connect_timeout = std::chrono::milliseconds(5'000);
    request.stall_timeout = std::chrono::milliseconds(10'000);
    // A network over which a new connection comes about in this time brings more; a connection that brings less is as
    // good as dead, and the next one may fare better.
    request.least_bytes = 1'024;
    request.own_connection = protocol_ == Protocol::http1;
    return request;
}

Result<std::string> StoreClient::get(const Source& source, const Order& order, const Patience& patience)
{
    std::string body;
    const auto append = [&](Bytes piece) {
        body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return true;
    };
    if (auto done = stream(source, order, Cause::meta, append, patience); !done)
        return std::unexpected(std::move(done.error()));
    return body;
}

void StoreClient::expect(const Source& source, const std::vector<std::string>& paths)
{
    if (!access_.audience.empty())
        access_.tokens->expect({access_.audience, source.url}, paths);
}

void StoreClient::open_connections(const Source& source, const std::string& path, std::size_t count,
                                   std::uint64_t bytes)
{
    if (is_restricted())
        return; // without a token of its own a request is refused
    counters_.requests += count;
    source.meter->requests += count;
    client_.open_connections(request_for(source, {.path = path, .range = {0, bytes}, .may_be_cut = true}), count);
}

Result<HttpResponse> StoreClient::send(const HttpRequest& request, const Order& order, const HttpClient::Sink& sink,
                                       const Patience& patience)
{
    return in_parts(order, patience) ? client_.stream_in_parts(request, order.parts, sink, patience.stop)
                                     : client_.stream(request, sink, patience.stop);
}

Result<HttpResponse> StoreClient::ask(const Source& source, const Order& order, const HttpClient::Sink& sink,
                                      const Patience& patience)
{
    const auto request = request_for(source, order);
    if (access_.audience.empty())
        return send(request, order, sink, patience);
    const AccessTokens::Place place{access_.audience, source.url};
    for (int tries = 1;; ++tries) {
        const auto pass = access_.tokens->get(place, order.path, patience);
        if (!pass)
            return std::unexpected(pass.error());
        auto with_pass = request;
        if (pass->query.empty())
            with_pass.headers.emplace_back("Farboot-Token", pass->token);
        else
            with_pass.url += "?" + pass->query;
        bool begun = false;
        const auto noting = [&](Bytes piece) {
            begun = true;
            return sink(piece);
        };
        auto response = send(with_pass, order, noting, patience);
        if (response || response.error().reason != "http-403" || begun)
            return response;
        if (tries == 1) { // the store's secret is another one now, or its clock is
            access_.tokens->drop(place, order.path, *pass);
            continue;
        }
        if (!pass->query.empty()) // S3 says so of what is not there, unless the key may list the bucket
            response.error().reason = "http-404";
        return response;
    }
}

Result<void> StoreClient::stream(const Source& source, const Order& order, Cause cause, const HttpClient::Sink& sink,
                                 const Patience& patience)
{
    auto& meter = *source.meter;
    const auto requests = in_parts(order, patience) ? order.parts.size() : 1;
    counters_.requests += requests;
    meter.requests += requests;
    Stopwatch watch;
    if (patience.progress != nullptr)
        patience.progress->expect(order.range.length);
    const auto counted = [&](Bytes piece) {
        counters_.add_bytes(cause, piece.size());
        meter.received.add_bytes(cause, piece.size());
        meter.note_received(piece.size());
        watch.note(piece.size());
        if (patience.progress != nullptr)
            patience.progress->note();
        return sink(piece);
    };
    auto response = ask(source, order, counted, patience);
    if (!response)
        return std::unexpected(std::move(response.error()));
    if (protocol_ == Protocol::offered)
        meter.speaks_http2 = response->protocol == "HTTP/2";
    if (cause == Cause::demand || cause == Cause::meta) // what nobody waits for says little of what is usual
        watch.tell(meter, in_parts(order, patience));
    return {};
}

} // namespace farboot::rootfs
