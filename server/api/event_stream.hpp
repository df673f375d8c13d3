#pragma once

#include "server/api/auth.hpp"
#include "server/http/response.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace farboot::server::api
{

/// Events of the catalog as server-sent events (the HTML standard, section 9.2), for one who watches. It looks into the
/// database each second, so that what another server of the same database has done is seen as well. It ends after ten
/// minutes: whoever comes again shows then that he still may.
class EventStream final : public http::Stream
{
public:
    /// Counts itself in `open` as long as it exists.
    EventStream(const Context& context, Principal principal, std::int64_t after,
                std::shared_ptr<std::atomic<int>> open);
    ~EventStream() override { --*open_; }

    [[nodiscard]] boost::asio::awaitable<std::string> next() override;

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] boost::asio::awaitable<std::string> news();

    const Context& context_;
    Principal principal_;
    std::int64_t after_;
    std::shared_ptr<std::atomic<int>> open_;
    Clock::time_point end_ = Clock::now() + std::chrono::minutes(10);
    int quiet_ = 0; ///< seconds without a word
    bool greeted_ = false;
};

} // namespace farboot::server::api
