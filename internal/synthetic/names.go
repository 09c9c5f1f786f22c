package synthetic

import "strings"

// spelled is a name in Arabic and how people write it in Latin letters.
type spelled struct {
	arabic string
	latin  []string
}

// list reads lines like "محمد Mohammad Muhammad"; "_" stands for a space.
func list(lines string) (all []spelled) {
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "_", " ")
		}
		all = append(all, spelled{words[0], words[1:]})
	}
	return all
}

var men = list(`
محمد Mohammad Muhammad Mohamed Mohammed
أحمد Ahmad Ahmed
خالد Khaled Khalid
محمود Mahmoud Mahmud
عبد_الله Abdullah Abdallah Abd_Allah
عبد_الرحمن Abdulrahman Abd_al-Rahman Abdel_Rahman
عبد_الكريم Abdulkarim Abd_al-Karim Abdelkarim
إبراهيم Ibrahim Ebrahim
إسماعيل Ismail Ismael Esmail
يوسف Yousef Yusuf Youssef
حسن Hassan Hasan
حسين Hussein Husain Hossein
علي Ali Aly
عمر Omar Umar
مصطفى Mustafa Mostafa Moustafa
ياسين Yassin Yasin
طارق Tareq Tarek Tariq
سامر Samer Samir
ماهر Maher Mahir
أيمن Ayman Aiman
وليد Walid Waleed
بلال Bilal Belal
هيثم Haitham Haytham
فراس Firas Feras
أنس Anas
زياد Ziad Ziyad
رامي Rami Ramy
نضال Nidal Nedal
غسان Ghassan Gassan
مروان Marwan Marouan
سليمان Suleiman Sulayman Soliman
موسى Mousa Musa Moussa
عيسى Issa Isa Eissa
راشد Rashed Rashid
قاسم Qasem Kasem Qassim
ناصر Naser Nasser Nasir
منير Munir Mouneer
جمال Jamal Gamal
رضوان Radwan Ridwan
معاذ Muath Moaz Mouaz
باسل Basel Bassel Basil
أسامة Osama Usama
عدنان Adnan
فيصل Faisal Faysal
مأمون Mamoun Mamun
نزار Nizar
هشام Hisham Hesham
`)

var women = list(`
فاطمة Fatima Fatmeh Fatima
خديجة Khadija Khadijeh
عائشة Aisha Aysha Aicha
آمنة Amina Amneh
مريم Mariam Maryam
زينب Zainab Zeinab Zaynab
سعاد Souad Suad
هدى Huda Houda
نجاح Najah Nagah
سميرة Samira Samireh
رجاء Rajaa Raja
وفاء Wafaa Wafa
هناء Hanaa Hana
أمل Amal
نوال Nawal
حليمة Halima Halimeh
صباح Sabah
ليلى Laila Layla Leila
سلوى Salwa
منى Mona Muna
غادة Ghada Ghadeh
رقية Ruqayya Rokaya
نورة Noura Nura
بديعة Badia Badiaa
عفاف Afaf
ابتسام Ibtisam Ebtesam
إيمان Iman Eman
حسناء Hasnaa Hasna
كوثر Kawthar Kauthar
شمسة Shamsa Shamseh
`)

var families = list(`
الأحمد al-Ahmad Alahmad
الخالد al-Khaled Alkhaled
الحسن al-Hassan Alhasan
الحسين al-Hussein Alhussein
العلي al-Ali Alali
المحمد al-Mohammad Almohamad
الإبراهيم al-Ibrahim Alibrahim
اليوسف al-Yousef Alyousef
الخطيب al-Khatib Alkhateeb
الحلبي al-Halabi Alhalabi
الحموي al-Hamwi Alhamwi
الحمصي al-Homsi Alhomsi
الشامي al-Shami Alshami
المصري al-Masri Almasri
النجار al-Najjar Alnajar
الحداد al-Haddad Alhadad
الخياط al-Khayyat Alkhayat
الصباغ al-Sabbagh Alsabagh
القاسم al-Qasem Alkasem
العمر al-Omar Alomar
السليمان al-Suleiman Alsulaiman
الموسى al-Mousa Almousa
العيسى al-Issa Aleisa
الناصر al-Naser Alnasser
الصالح al-Saleh Alsaleh
العبد_الله al-Abdullah Alabdallah
الحمود al-Hammoud Alhamoud
الشيخ al-Sheikh Alshikh
الفارس al-Fares Alfaris
الجاسم al-Jasem Aljassem
الخلف al-Khalaf Alkhalaf
العثمان al-Othman Alosman
البكري al-Bakri Albakri
الزين al-Zein Alzain
الدرويش al-Darwish Aldarwich
القدور al-Qaddour Alkadour
حمدان Hamdan
سلامة Salameh Salama
عثمان Othman Osman
شاهين Shahin Chahine
زيدان Zidan Zeidan
عيد Eid
بركات Barakat
منصور Mansour Mansur
حجازي Hijazi Hejazi
صقر Saqr Sakr
غانم Ghanem Ganem
شحادة Shehadeh Shahada
عطية Attiyeh Atiya
رمضان Ramadan Ramadhan
فرحات Farhat
قدور Qaddour Kaddour
جمعة Jumaa Joumaa
خليل Khalil Khaleel
داوود Dawood Daoud
زعبي Zoubi Zubi
سعيد Saeed Said
طه Taha
عباس Abbas
ملحم Melhem Mulhem
`)

// towns are large enough to tell nothing.
var towns = list(`
دمشق Damascus Dimashq
دوما Douma Duma
داريا Daraya Darayya
درعا Daraa Deraa Dar'a
نوى Nawa
إزرع Izraa Ezra
السويداء as-Suwayda Sweida
القنيطرة Quneitra Kuneitra
حمص Homs Hims
تدمر Palmyra Tadmur
حماة Hama Hamah
سلمية Salamiyah Salamieh
طرطوس Tartus Tartous
اللاذقية Latakia Lattakia
جبلة Jableh Jabla
إدلب Idlib Edleb
معرة_النعمان Maarat_al-Numan Maarrat_an-Nu'man
حلب Aleppo Halab
الباب al-Bab Elbab
منبج Manbij Menbej
الرقة Raqqa ar-Raqqah
دير_الزور Deir_ez-Zor Dayr_az-Zawr
الحسكة al-Hasakah Hassakeh
القامشلي Qamishli Kamishli
`)
