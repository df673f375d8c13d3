#pragma once

#include "rootfs/base/error.hpp"

namespace farboot::rootfs
{

/// What a source's failure tells of it.

/// The bytes were there and were not what they should be.
[[nodiscard]] bool is_corrupt(const Error& error);
/// A newer locator or a way past caches may help.
[[nodiscard]] bool may_be_stale(const Error& error);
/// Nobody answers, or nobody can just now: to ask again costs next to nothing and may soon help. A source whose bytes
/// are wrong would send them all again; one that says no (http-4xx) is there, and has its reason.
[[nodiscard]] bool is_gone(const Error& error);

} // namespace farboot::rootfs
