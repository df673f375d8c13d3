#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/record_needs.hpp"
#include "rootfs/image/store_writer.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// How long a retired file stays unless told otherwise.
inline constexpr std::uint32_t default_keep_days = 14;
/// Packs with a smaller share of needed bytes are rewritten unless told otherwise, in percent.
inline constexpr unsigned default_live_percent = 50;

struct CleanOptions {
    std::int64_t now = 0; ///< seconds since 1970
    std::uint32_t keep_days = default_keep_days;
    unsigned live_percent = default_live_percent;
    bool dry_run = false;                    ///< says what would be done
    std::optional<RecordNeeds> records = {}; ///< with it, files that no record names are retired too
    unsigned workers = worker_count();
    ByteProgress checking = {}; ///< of packs that the chunk index does not know yet
    ByteProgress moving = {};
};

struct CleanReport {
    struct File {
        std::string path; ///< below the store's folder
        std::uint64_t bytes = 0;
        std::int64_t until = 0; ///< seconds since 1970: when it may be deleted
    };

    std::uint64_t rewritten_packs = 0;
    std::uint64_t moved_bytes = 0; ///< of their chunks, compressed
    std::uint64_t new_packs = 0;
    std::uint64_t rewritten_locators = 0;
    std::vector<std::string> used_again; ///< had been retired
    std::vector<File> deleted;
    std::vector<File> waiting;  ///< retired now or before
    std::vector<Error> damaged; ///< packs that were left alone
};

/// Frees what no image of a store needs: packs with hardly a needed chunk are emptied into new ones, packs, hot packs,
/// manifests without a locator and files that nothing names are retired, and what has been retired for keep_days is
/// deleted, removed images too. At any moment every image can be read whole, a removed one until its locator goes; a
/// run that was killed is completed by the next. Reasons: io, index, image-unreadable, image-needed (a record names an
/// image that was removed), cancelled.
[[nodiscard]] Result<CleanReport> clean_store(StoreWriter& writer, const CleanOptions& options,
                                              const std::stop_token& stop = {});

} // namespace farboot::rootfs
