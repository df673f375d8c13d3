#include "server/trust/password.hpp"

#include <argon2.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace farboot::server
{

namespace
{

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 64 * 1024;

} // namespace

std::string hash_password(std::string_view password)
{
    std::array<unsigned char, 16> salt{};
    if (RAND_bytes(salt.data(), salt.size()) != 1)
        throw std::runtime_error("The system has no random numbers.");
    std::array<char, 256> encoded{};
    const int result = argon2id_hash_encoded(passes, memory_kib, 1, password.data(), password.size(), salt.data(),
                                             salt.size(), 32, encoded.data(), encoded.size());
    if (result != ARGON2_OK)
        throw std::runtime_error(argon2_error_message(result));
    return encoded.data();
}

bool check_password(std::string_view hash, std::string_view password)
{
    static const std::string nobody = hash_password("the password of nobody");
    const std::string known(hash.empty() ? nobody : hash);
    const bool good = argon2id_verify(known.c_str(), password.data(), password.size()) == ARGON2_OK;
    return good && !hash.empty();
}

} // namespace farboot::server
