#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// What requests to an S3 store are signed with. The secret goes into no request, log or command line.
struct S3Key {
    std::string access_key; ///< its name
    std::string secret_key;
    std::string session_token; ///< of keys that end by themselves; else empty

    /// From a file that nobody else may read, in the form of ~/.aws/credentials: `aws_access_key_id = …`,
    /// `aws_secret_access_key = …`, perhaps `aws_session_token = …`, under `[default]` or no heading. Without a file
    /// from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment. Reasons: key-missing,
    /// key-permissions, key-malformed, not-found, io.
    [[nodiscard]] static Result<S3Key> load(const std::string& file);
    /// The text of such a file; `name` is for the sentence. Reason: key-malformed.
    [[nodiscard]] static Result<S3Key> parse(std::string_view text, std::string_view name);
};

} // namespace farboot::rootfs
