#pragma once

#include "rootfs/record/key.hpp"

#include <cstdint>
#include <string>

namespace farboot::test
{

/// A publisher and an online key, and what they sign.
struct Signers {
    rootfs::SigningKey publisher = rootfs::SigningKey::generate();
    rootfs::SigningKey online = rootfs::SigningKey::generate();

    [[nodiscard]] std::string policy(std::uint64_t number) const;
    [[nodiscard]] std::string boot(const std::string& series, std::uint64_t number) const;
    [[nodiscard]] std::string gui(const std::string& series, std::uint64_t number) const;
    [[nodiscard]] static std::string envelope(const std::string& type, const std::string& payload,
                                              const rootfs::SigningKey& key);
};

} // namespace farboot::test
