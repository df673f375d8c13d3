#include "rootfs/nbd/store_client.hpp"

namespace farboot::rootfs
{

namespace
{

HttpRequest request_for(const Source& source, const StoreClient::Order& order)
{
    HttpRequest request;
    request.url = source.url + "/" + order.path;
    request.range = {order.range.offset, order.range.length};
    request.range_may_be_cut = order.may_be_cut;
    request.max_body = order.range.length;
    request.bypass_caches = order.bypass_caches;
    // Shorter than usual: whoever waits has other sources to ask, and comes back to this one.
    request.connect_timeout = std::chrono::milliseconds(5'000);
    request.stall_timeout = std::chrono::milliseconds(10'000);
    return request;
}

} // namespace

Result<std::string> StoreClient::get(const Source& source, const Order& order, std::stop_token stop)
{
    ++counters_.requests;
    auto response = client_.fetch_ok(request_for(source, order), std::move(stop));
    if (!response)
        return std::unexpected(std::move(response.error()));
    counters_.add_bytes(Cause::meta, response->body.size());
    return std::move(response->body);
}

Result<void> StoreClient::stream(const Source& source, const Order& order, Cause cause, const HttpClient::Sink& sink,
                                 std::stop_token stop)
{
    ++counters_.requests;
    const auto counted = [&](Bytes piece) {
        counters_.add_bytes(cause, piece.size());
        return sink(piece);
    };
    auto response = client_.stream(request_for(source, order), counted, std::move(stop));
    if (!response)
        return std::unexpected(std::move(response.error()));
    return {};
}

} // namespace farboot::rootfs
