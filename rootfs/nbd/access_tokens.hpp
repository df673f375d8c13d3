#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/nbd/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace farboot::rootfs
{

/// What opens the images of an audience at a store, for a quarter of an hour or so: asked for at farboot-server
/// (docs/restricted.md), and renewed while it is in use. Safe for many threads.
class AccessTokens
{
public:
    /// `url` is where tokens are given out; empty: nowhere, and restricted images cannot be read.
    AccessTokens(std::string url, TlsTrust trust);
    ~AccessTokens();
    AccessTokens(const AccessTokens&) = delete;
    AccessTokens& operator=(const AccessTokens&) = delete;

    /// One that is valid now. Asks for it and waits, once for all who want it; near its end the next one is asked for
    /// beside. Reasons: token-refused, and HttpClient's.
    [[nodiscard]] Result<std::string> get(const std::string& audience, const Patience& patience);
    /// A store did not accept it: the next get() asks for another one.
    void drop(const std::string& audience, const std::string& token);

private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        std::mutex asking; ///< held by the one who asks
        // Under mutex_:
        std::string token;
        Clock::time_point good_until{};
        Clock::time_point renew_at{};
        bool renewing = false;
    };

    [[nodiscard]] std::shared_ptr<Entry> entry(const std::string& audience);
    /// Empty unless it is valid; `renew` is set where the next one should be asked for, by the caller.
    [[nodiscard]] std::string usable(Entry& entry, bool* renew = nullptr);
    [[nodiscard]] HttpRequest request(const std::string& audience) const;
    [[nodiscard]] Result<std::string> take(Entry& entry, const Result<HttpResponse>& answer);
    void renew(const std::string& audience, const std::shared_ptr<Entry>& entry);

    std::string url_;
    TlsTrust trust_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Entry>> entries_; ///< under the mutex
    std::unique_ptr<HttpClient> client_;                    ///< under the mutex; made with the first token
};

} // namespace farboot::rootfs
