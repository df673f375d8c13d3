#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/store_writer.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// What a store lacks of an image whose manifest it has.
struct Lacking {
    bool located = false;          ///< the image has a locator, and lacks nothing
    bool hot_guessed = false;      ///< see HotList
    std::uint64_t hot_chunks = 0;  ///< rows of its hot list
    std::uint64_t chunk_count = 0; ///< of the image
    /// First chunk and number of chunks of each gap, in order.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;
    std::uint64_t next = 0; ///< where to go on when there are more gaps than were asked for; 0: that is all
};

/// Takes into a local store what others send: nothing gets a name there before it was checked, a pack chunk by chunk.
/// Safe from many threads; one of them at a time writes. Further reasons of all that write: store-busy (another program
/// writes into the store), io, disk-full, retired-malformed, index.
class StoreIntake
{
public:
    explicit StoreIntake(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Removes what a killed server had half received, a day ago or longer: another one may still be receiving. What a
    /// publisher has fetched into the same folder stays.
    void remove_left() const;
    /// A file to receive into.
    [[nodiscard]] Result<AtomicFile> begin() const;

    // These give a received file its name, and true if nothing had it before. The same file again does no harm.

    /// Reasons: digest-mismatch, pack-malformed, chunk-malformed.
    [[nodiscard]] Result<bool> take_pack(AtomicFile file, const Digest& name);
    /// Reasons: digest-mismatch, manifest-malformed, version-unknown, truncated.
    [[nodiscard]] Result<bool> take_manifest(AtomicFile file, const Digest& name);
    /// A kernel or initramfs. Reason: digest-mismatch.
    [[nodiscard]] Result<bool> take_file(AtomicFile file, const Digest& name);
    /// The length of a kernel or initramfs that is there to stay. Reason: not-found, also if it is retired: a cleaning
    /// up may be about to delete it, and who needs it sends it again.
    [[nodiscard]] Result<std::uint64_t> file_bytes(const Digest& name) const;

    /// What is lacking from chunk `from` on, in at most `most` gaps. Reasons: not-found (the manifest, also if it is
    /// retired), manifest-malformed (it gives a chunk another length than it has), index.
    [[nodiscard]] Result<Lacking> lacking(const Digest& manifest, std::uint64_t from, std::size_t most);
    /// A hot list as it is sent.
    struct SentHot {
        std::vector<Digest> chunks{};
        bool guessed = false; ///< see HotList
    };
    /// Writes the image's locator, and its hot pack with these chunks in this order; without any, it keeps the hot pack
    /// that it had. A guess is added to what it has; nothing is added to what was learnt. Reasons: not-found,
    /// chunks-missing, manifest-malformed.
    [[nodiscard]] Result<void> locate(const Digest& manifest, const SentHot& hot);

private:
    [[nodiscard]] std::filesystem::path incoming() const { return folder_ / "incoming"; }

    std::filesystem::path folder_;
    std::mutex mutex_; ///< of the store's lock and its chunk index
};

} // namespace farboot::rootfs
