#pragma once

#include "rootfs/image/chunk_list.hpp"
#include "rootfs/image/trace.hpp"

#include <chrono>
#include <optional>
#include <vector>

/// Boot profiles (docs/boot-profiles.md): in which order an image's chunks are going to be wanted.
namespace farboot::rootfs
{

/// Numbers of an image's chunks, each once, none of zeros.
using Profile = std::vector<std::size_t>;

struct MergeOptions {
    /// A chunk counts if it is in this share of the traces of one kind (hardware and session), from above 0 to 1.
    double share = 0.5;
    /// Reads after so much of the client's own time do not count.
    std::optional<std::chrono::microseconds> until{};
};

/// One order from many boots: a chunk comes where it came on average. `traces` are all of the image with these chunks.
[[nodiscard]] Profile merge_traces(const std::vector<Trace>& traces, const ChunkList& chunks,
                                   const MergeOptions& options);

/// Which chunks a list has, in its order; pages of the manifest are left out.
[[nodiscard]] Profile profile_of(const HotList& list, const ChunkList& chunks);

/// The first, then what only the second has: whatever has no room in the end, it is nothing of the first.
[[nodiscard]] Profile join_profiles(Profile first, const Profile& second);

struct Inherited {
    Profile profile;
    std::size_t same = 0;  ///< chunks that both versions have
    std::size_t moved = 0; ///< chunks that stand for changed ones
};

/// A new version's order from its predecessor's. A chunk that changed is stood for by what now lies at its place
/// between the nearest unchanged neighbours: publishing changes some files of an image, and the others stay in their
/// order.
[[nodiscard]] Inherited inherit_profile(const HotList& old_list, const ChunkList& old_chunks,
                                        const ChunkList& new_chunks);

} // namespace farboot::rootfs
