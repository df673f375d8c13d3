#include "server/trust/secret.hpp"

#include "rootfs/base/encoding.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

namespace farboot::server
{

namespace
{

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes()
{
    std::array<unsigned char, Size> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        throw std::runtime_error("The system has no random numbers.");
    return bytes;
}

} // namespace

std::string fresh_secret()
{
    const auto bytes = random_bytes<32>();
    return hex(std::as_bytes(std::span(bytes)));
}

std::string fresh_password()
{
    constexpr std::string_view alphabet = "23456789abcdefghijkmnpqrstuvwxyz"; // 32: no 0, 1, l, o
    static_assert(alphabet.size() == 32);
    std::string password;
    for (const auto byte : random_bytes<20>()) {
        if (password.size() % 6 == 5)
            password += '-';
        password += alphabet[byte % 32];
    }
    return password;
}

std::string fresh_user_code()
{
    constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    static_assert(alphabet.size() == 20);
    std::string code;
    while (code.size() < 8)
        for (const auto byte : random_bytes<16>())
            if (byte < 240 && code.size() < 8) // a multiple of 20: each letter is as likely as another
                code += alphabet[byte % 20];
    return code;
}

bool same_secret(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace farboot::server
