#include "rootfs/fetch/http.hpp"

#include "rootfs/fetch/loop.hpp"
#include "rootfs/fetch/parts.hpp"

#include <future>

namespace farboot::rootfs
{

namespace
{

template <class Submit>
Result<HttpResponse> wait_for(Submit submit)
{
    // Shared: the client's thread may still be inside set_value() when this one has the answer.
    auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
    auto answer = promise->get_future();
    submit([promise](Result<HttpResponse> result) { promise->set_value(std::move(result)); });
    return answer.get();
}

} // namespace

HttpClient::HttpClient(TlsTrust trust, std::size_t max_transfers, Hurry hurry, std::size_t max_of_connection)
    : loop_(std::make_unique<Loop>(std::move(trust), max_transfers, hurry, max_of_connection))
{
}

HttpClient::~HttpClient() = default;

void HttpClient::start(HttpRequest request, Done done, const std::stop_token& stop)
{
    loop_->submit(std::make_unique<Transfer>(std::move(request), nullptr, false, std::move(done)), stop);
}

Result<HttpResponse> HttpClient::fetch(HttpRequest request, const std::stop_token& stop)
{
    return wait_for([&](Done done) { start(std::move(request), std::move(done), stop); });
}

Result<HttpResponse> HttpClient::fetch_ok(HttpRequest request, const std::stop_token& stop)
{
    return wait_for([&](Done done) {
        loop_->submit(std::make_unique<Transfer>(std::move(request), nullptr, true, std::move(done)), stop);
    });
}

Result<HttpResponse> HttpClient::stream(HttpRequest request, Sink sink, const std::stop_token& stop)
{
    return wait_for([&](Done done) {
        loop_->submit(std::make_unique<Transfer>(std::move(request), std::move(sink), true, std::move(done)), stop);
    });
}

Result<HttpResponse> HttpClient::stream_in_parts(const HttpRequest& request, const std::vector<std::uint64_t>& lengths,
                                                 Sink sink, const std::stop_token& stop)
{
    if (lengths.size() < 2 || !request.range)
        return stream(request, std::move(sink), stop);
    std::optional<std::stop_callback<std::function<void()>>> stopped;
    return wait_for([&](Done done) {
        const auto parts = std::make_shared<Parts>(lengths, request.range_may_be_cut, std::move(sink), std::move(done));
        stopped.emplace(stop, [source = parts->stop()]() mutable { source.request_stop(); });
        auto offset = request.range->first;
        std::vector<std::unique_ptr<Transfer>> transfers;
        for (std::size_t part = 0; part < lengths.size(); ++part) {
            auto one = request;
            one.range = {offset, lengths[part]};
            one.max_body = lengths[part];
            offset += lengths[part];
            transfers.push_back(
                std::make_unique<Transfer>(std::move(one), parts->sink_of(part), true, parts->done_of(part)));
        }
        for (auto& transfer : transfers)
            loop_->submit(std::move(transfer), parts->stop().get_token());
    });
}

void HttpClient::open_connections(const HttpRequest& request, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        start(request, [](const Result<HttpResponse>&) {});
}

std::size_t HttpClient::transfers() const
{
    return loop_->counters.transfers;
}

std::uint64_t HttpClient::bytes_received() const
{
    return loop_->counters.received;
}

std::uint64_t HttpClient::bytes_sent() const
{
    return loop_->counters.sent;
}

} // namespace farboot::rootfs
