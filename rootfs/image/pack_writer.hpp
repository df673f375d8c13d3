#pragma once

#include "rootfs/image/pack_index.hpp"

#include <string>

namespace farboot::rootfs
{

/// Publishers end a pack before it grows beyond this.
inline constexpr std::uint64_t full_pack_bytes = 32 * 1024 * 1024;

/// Collects chunks into one pack, in memory.
class PackWriter
{
public:
    struct Pack {
        PackRef ref;
        PackIndex index;
        std::string file; ///< all its bytes
    };

    /// Would the pack go beyond full_pack_bytes with one more chunk of this stored length?
    [[nodiscard]] bool is_full_for(std::size_t stored_length) const;
    [[nodiscard]] bool empty() const { return index_.rows.empty(); }
    void add(const Digest& digest, std::uint32_t plain_length, std::string_view stored);
    /// The whole pack; the writer starts anew. Only when not empty().
    [[nodiscard]] Pack finish();

private:
    std::string file_;
    PackIndex index_;
};

} // namespace farboot::rootfs
