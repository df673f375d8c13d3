#pragma once

#include "rootfs/image/manifest.hpp"
#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/disk_cache.hpp"
#include "rootfs/nbd/once_cache.hpp"
#include "rootfs/nbd/source_locator.hpp"
#include "rootfs/nbd/source_set.hpp"
#include "rootfs/nbd/store_client.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What an image is (its manifest, checked) and where its chunks lie (a locator a source), loaded as needed. Safe for
/// many threads.
class ImageMap
{
public:
    /// `ref` comes from a verified record and has passed ManifestRoot::check().
    /// `disk` may be null.
    ImageMap(const ImageRef& ref, SourceSet& sources, ChunkCache& cache, DiskCache* disk, StoreClient store,
             Counters& counters);

    /// Asks for what reading begins with, root and locator, at the same time; waits for both. The connections that
    /// their parts open are what the first reads' parts come over.
    void begin(const Source& source, const Patience& patience);

    /// These two go on until a source is good or patience ends.
    [[nodiscard]] Result<std::shared_ptr<const ManifestRoot>> root(const Patience& patience);
    [[nodiscard]] Result<std::shared_ptr<const ManifestPage>> page(std::uint32_t number, const Patience& patience);
    /// The same, for what nobody waits for: asks each source once, or none at all, and waits a second at most for
    /// somebody else who asks. Reasons: cancelled, unreachable, a refusal where a source refuses, or the last one's.
    [[nodiscard]] Result<std::shared_ptr<const ManifestPage>> page_now(std::uint32_t number, bool ask,
                                                                       const Patience& patience);

    /// Puts the root onto the disk, for which each source may be asked once.
    void keep_root(const Patience& patience);

    [[nodiscard]] const Digest& manifest() const { return ref_.manifest; }
    /// page() need not ask for it, or is asking already.
    [[nodiscard]] bool has_page(std::uint32_t number) const { return pages_.has(number); }
    /// page() need not wait for it.
    [[nodiscard]] bool knows_page(std::uint32_t number) const { return pages_.knows(number); }

    /// These two are one attempt at one source. `page` is this image's.
    [[nodiscard]] Result<std::shared_ptr<const Locator>> locator(const Source& source, const Patience& patience);
    [[nodiscard]] Result<std::shared_ptr<const Places>> places(const Source& source, const ManifestPage& page,
                                                               const Patience& patience);
    /// See SourceLocator::renew().
    void renew_locator(const Source& source, const std::shared_ptr<const Locator>& seen);

private:
    /// Gets a part of the manifest from where it is known or, if it may `ask`, from a source that has it; `parse` makes
    /// a Result<Value> of it.
    template <class Value, class Parse>
    [[nodiscard]] Result<std::shared_ptr<const Value>> get(const FileRange& range, const Digest& digest, bool ask,
                                                           const Patience& patience, Parse&& parse);
    [[nodiscard]] Result<std::shared_ptr<const ManifestRoot>> get_root(const Patience& patience);
    [[nodiscard]] Result<std::shared_ptr<const ManifestPage>> page(std::uint32_t number, bool ask,
                                                                   const Patience& patience);
    /// A range of the manifest, with what its first request brought besides the root left out of the way.
    [[nodiscard]] Result<std::string> fetch(const Source& source, const FileRange& range, bool bypass_caches,
                                            const Patience& patience);
    [[nodiscard]] std::optional<std::string> from_beginning(const FileRange& range) const;
    /// A part of the manifest if a hot pack has brought it, or is about to, or if it is on the disk; null otherwise.
    [[nodiscard]] Chunk from_cache(const Digest& digest, std::uint64_t length, const Patience& patience);
    void keep(const Digest& digest, std::string_view data);

    ImageRef ref_;
    SourceSet& sources_;
    ChunkCache& cache_;
    DiskCache* disk_;
    StoreClient store_;
    Counters& counters_;
    mutable std::mutex mutex_;
    std::string beginning_; ///< of the manifest, as some source gave it; under the mutex
    OnceCache<int, ManifestRoot> root_{1};
    OnceCache<std::uint32_t, ManifestPage> pages_{128};
    std::vector<std::unique_ptr<SourceLocator>> locators_; ///< by the source's index
};

} // namespace farboot::rootfs
