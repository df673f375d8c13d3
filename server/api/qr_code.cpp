#include "server/api/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace farboot::server::api
{

std::vector<std::string> qr_code(std::string_view text)
{
    struct Free {
        void operator()(QRcode* code) const { QRcode_free(code); }
    };
    const std::unique_ptr<QRcode, Free> code(
        QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L)); // 0: the smallest that fits
    std::vector<std::string> rows;
    for (int y = 0; code && y < code->width; ++y) {
        std::string row;
        for (int x = 0; x < code->width; ++x)
            row += (code->data[y * code->width + x] & 1) != 0 ? '1' : '0';
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace farboot::server::api
