"""The words of the pages, in English and Traditional Chinese. A word that is missing shows its English."""

from __future__ import annotations

LANGUAGES = {"en": "English", "zh-Hant": "繁體中文"}

ZH: dict[str, str] = {
    "Tasks": "任務", "Complaints": "投訴案件", "Register": "登記投訴", "Incidents": "異常", "Procedure": "程序圖",
    "Sign in": "登入", "Sign out": "登出", "Name": "帳號", "Password": "密碼", "Mine": "我的", "My groups": "我的群組",
    "All": "全部", "Due": "期限", "Task": "任務", "Case": "案件", "Held by": "承辦", "nobody": "無人",
    "Nothing to do here.": "目前沒有任務。", "Claim": "認領", "Release": "釋出", "Complete": "完成",
    "Customer": "客戶", "Channel": "渠道", "Received": "收件時間", "Severity": "嚴重程度", "Status": "狀態",
    "Content": "投訴內容", "Amount": "金額", "Product": "產品", "Deadlines": "時限", "Timeline": "歷程",
    "Letters": "信函", "Diagram": "流程圖", "Open tasks": "待辦任務", "met": "已達成", "statutory": "法定",
    "late": "已逾期", "soon": "即將到期", "to be confirmed by the bank": "待銀行確認", "Search": "搜尋",
    "No complaints found.": "查無投訴案件。", "Next": "下一頁", "Previous": "上一頁", "of": "共",
    "Wrong name or password.": "帳號或密碼錯誤。", "Please correct these fields": "請更正下列欄位",
    "The complaint was registered. Its number is": "投訴已登記,編號為", "is required": "為必填",
    "open": "處理中", "closed": "已結案", "archived": "已歸檔", "Sheet": "圖頁", "optional": "選填",
    "yes": "是", "no": "否", "Nothing is wrong.": "沒有異常。", "Message": "訊息", "Element": "元件", "When": "時間",
    "Held by you": "由您承辦", "Language": "語言", "no due date": "無期限", "Outcome": "結果",
    "This task is offered to": "此任務提供給", "Contact": "聯絡方式", "withheld by the source": "來源未提供",
    "Version": "版本", "Back": "返回", "Skip to content": "跳至內容", "Phone": "電話", "E-mail": "電子郵件",
    "Address": "地址", "Customer name": "客戶姓名", "Currency": "幣別", "choose": "請選擇",
    "Customer's language": "客戶語言",
    "Elements": "元件", "Clauses": "條款", "Who": "執行者", "Facts": "案件資料",
}  # fmt: skip


def say(text: str, language: str) -> str:
    """A word of the pages in a language."""
    return ZH.get(text, text) if language == "zh-Hant" else text
