#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/nbd/patience.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// What a request for a file of an audience's image must have: one of them.
struct AccessPass {
    std::string token; ///< the header Farboot-Token; opens all files of the audience at the source
    std::string query; ///< of the address, without "?"; opens this one file
    bool operator==(const AccessPass&) const = default;
};

/// What opens the images of an audience at a store, for a quarter of an hour or so: asked for at farboot-server
/// (docs/restricted.md), and renewed while it is in use. Which kind it is, the server says: it knows the stores. Safe
/// for many threads.
class AccessTokens
{
public:
    /// Whose images, and at which store: its base URL as the list of sources has it.
    struct Place {
        std::string audience;
        std::string source;
        auto operator<=>(const Place&) const = default;
    };
    /// Most files that are asked for at once.
    static constexpr std::size_t most_paths = 256;

    /// `url` is where tokens are given out; empty: nowhere, and restricted images cannot be read. `session` is a file
    /// with the secret of this PC's session (docs/pcs.md), which is shown there; it may come, change and go. Empty:
    /// none.
    AccessTokens(std::string url, TlsTrust trust, std::filesystem::path session = {});
    ~AccessTokens();
    AccessTokens(const AccessTokens&) = delete;
    AccessTokens& operator=(const AccessTokens&) = delete;

    /// One that is valid now for a file of the audience's part of the store, "v1/packs/…". Asks for it and waits, once
    /// for all who want it; near its end the next one is asked for beside. Reasons: token-refused, and HttpClient's.
    [[nodiscard]] Result<AccessPass> get(const Place& place, const std::string& path, const Patience& patience);
    /// These are likely to be wanted too: where each file needs a pass of its own, they are asked for together.
    void expect(const Place& place, const std::vector<std::string>& paths);
    /// A store did not accept it: the next get() asks for another one.
    void drop(const Place& place, const std::string& path, const AccessPass& pass);

private:
    using Clock = std::chrono::steady_clock;
    struct Grant {
        AccessPass pass;
        Clock::time_point good_until{};
        Clock::time_point renew_at{};
    };
    struct Entry {
        std::mutex asking; ///< held by the one who asks
        // Under mutex_:
        std::optional<Grant> token;
        std::map<std::string, Grant> files; ///< by path
        std::set<std::string> expected;     ///< paths
        bool renewing = false;
    };

    [[nodiscard]] std::shared_ptr<Entry> entry(const Place& place);
    /// Nothing unless it is valid; `renew` is set where the next one should be asked for, by the caller.
    [[nodiscard]] std::optional<AccessPass> usable(Entry& entry, const std::string& path, bool* renew = nullptr);
    /// The file, and others that are expected and have no pass or one that ends soon.
    [[nodiscard]] std::vector<std::string> to_ask_for(Entry& entry, const std::string& path);
    [[nodiscard]] HttpRequest request(const Place& place, const std::vector<std::string>& paths) const;
    [[nodiscard]] Result<void> take(Entry& entry, const std::vector<std::string>& paths,
                                    const Result<HttpResponse>& answer);
    void renew(const Place& place, const std::string& path, const std::shared_ptr<Entry>& entry);

    std::string url_;
    TlsTrust trust_;
    std::filesystem::path session_;
    std::mutex mutex_;
    std::map<Place, std::shared_ptr<Entry>> entries_; ///< under the mutex
    std::unique_ptr<HttpClient> client_;              ///< under the mutex; made with the first token
};

} // namespace farboot::rootfs
