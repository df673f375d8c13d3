#pragma once

#include "rootfs/image/locator.hpp"
#include "rootfs/nbd/once_cache.hpp"
#include "rootfs/nbd/store_client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Where the chunks of one manifest page lie at one source.
struct Places {
    std::shared_ptr<const Locator> locator;
    std::vector<ChunkPlace> places; ///< one a chunk of the page
};

/// An image's locator at one source. Each source has its own: mirrors are brought up to date at different times. Safe
/// for many threads.
class SourceLocator
{
public:
    /// Of the image with this manifest.
    SourceLocator(Source source, const Digest& manifest) : source_(std::move(source)), manifest_(manifest) {}

    /// `root` is the image's, `page` one of its pages. Reasons: HttpClient's and Locator's.
    /// Asks for the locator's beginning, which says most: to be called as early as possible. What comes of it shows
    /// when the tables are needed.
    void begin(StoreClient& store, const Patience& patience);
    [[nodiscard]] Result<std::shared_ptr<const Locator>> tables(StoreClient& store, const ManifestRoot& root,
                                                                const Patience& patience);
    [[nodiscard]] Result<std::shared_ptr<const Places>> places(StoreClient& store, const ManifestRoot& root,
                                                               const ManifestPage& page, const Patience& patience);
    /// Forgets everything, unless somebody has already done so since `seen` was given out (null: forgets in any case).
    /// What is fetched from now on passes by caches.
    void renew(const std::shared_ptr<const Locator>& seen);

private:
    [[nodiscard]] Result<std::shared_ptr<const std::string>> beginning(StoreClient& store, const Patience& patience);
    /// A part of the file: of the beginning, or asked for.
    [[nodiscard]] Result<std::string> part(StoreClient& store, FileRange range, const Patience& patience);
    [[nodiscard]] bool bypass_caches() const;

    Source source_;
    Digest manifest_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Locator> newest_;
    bool renewed_ = false;
    OnceCache<int, std::string> beginning_{1};
    OnceCache<int, Locator> tables_{1};
    OnceCache<std::uint32_t, Places> pages_{128};
};

} // namespace farboot::rootfs
