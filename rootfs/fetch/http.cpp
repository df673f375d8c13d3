#include "rootfs/fetch/http.hpp"

#include "rootfs/fetch/loop.hpp"

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

HttpClient::HttpClient(TlsTrust trust, std::size_t max_connections, Hurry hurry)
    : loop_(std::make_unique<Loop>(std::move(trust), max_connections, hurry))
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

std::uint64_t HttpClient::bytes_received() const
{
    return loop_->counters.received;
}

std::uint64_t HttpClient::bytes_sent() const
{
    return loop_->counters.sent;
}

} // namespace farboot::rootfs
